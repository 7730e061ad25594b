/** Read at once at most: so much may have come of several packets before the first of them is counted. */
const READ_AHEAD_BYTES = 192 * 1024

/**
 * Counts what comes between two whole packets. MQTT lets a packet have 256 MB, and the client's parser gathers all of it
 * before it looks; a broker that sends, or only announces and never ends, more than is allowed would take the memory of a
 * small board.
 */
export class PacketGuard {
  readonly #mostBytes: number
  #bytes = 0

  /** @param maximumPacketBytes largest packet that is allowed */
  constructor(maximumPacketBytes: number) {
    this.#mostBytes = maximumPacketBytes + READ_AHEAD_BYTES
  }

  /** @returns false if this is more than can belong to allowed packets */
  isAllowed(readBytes: number): boolean {
    this.#bytes += readBytes
    return this.#bytes <= this.#mostBytes
  }

  /** A whole packet was read. */
  packet(): void {
    this.#bytes = 0
  }
}
