const COUNTER_MAX = 0xfff
// The counter starts in the lower half, so that 2,048 ids and more fit into a millisecond before it runs over.
const COUNTER_SEED_MASK = 0x7ff

/** Fills the array with unpredictable bytes. */
export type FillRandom = (bytes: Uint8Array) => void

/**
 * Source of UUIDs version 7, strictly rising as strings: 48 bits of Unix time in ms, a 12-bit counter seeded afresh
 * each millisecond, 62 random bits. When the counter runs over or the clock steps back, time runs ahead of the clock
 * rather than the order being lost.
 *
 * @see RFC 9562, sections 5.7 and 6.2 (method 1)
 */
export function createUuidV7(nowMs: () => number, fillRandom: FillRandom): () => string {
  const bytes = new Uint8Array(16)
  let lastMs = -1
  let counter = 0
  return () => {
    fillRandom(bytes)
    const ms = Math.floor(nowMs())
    if (ms > lastMs) {
      lastMs = ms
      counter = word(bytes, 6) & COUNTER_SEED_MASK
    } else if (counter < COUNTER_MAX) {
      counter += 1
    } else {
      lastMs += 1
      counter = word(bytes, 6) & COUNTER_SEED_MASK
    }
    let time = lastMs
    for (let i = 5; i >= 0; i--) {
      bytes[i] = time % 256
      time = Math.floor(time / 256)
    }
    bytes[6] = 0x70 | (counter >> 8)
    bytes[7] = counter & 0xff
    bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f)
    return format(bytes)
  }
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}

function format(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
