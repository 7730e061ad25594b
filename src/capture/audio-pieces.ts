import { finished, type Readable } from 'node:stream'

/**
 * The pieces of a stream of audio, each as it was received, overwritten with zeros once the next is asked for. Iterated
 * plainly, a stream that has several pieces joins them into a copy and leaves the originals in memory.
 *
 * Throws what the stream fails with, or that it was destroyed before its end. Destroys it when iteration ends.
 */
export async function* audioPieces(stream: Readable): AsyncGenerator<Uint8Array> {
  let received: Uint8Array | undefined
  let ending: { readonly error: Error | null | undefined } | undefined
  let wake = (): void => undefined
  const receive = (piece: Uint8Array): void => {
    stream.pause()
    received = piece
    wake()
  }
  const forget = finished(stream, { writable: false }, (error) => {
    ending = { error }
    wake()
  })
  stream.on('data', receive)
  try {
    for (;;) {
      if (received === undefined) {
        if (ending?.error) throw ending.error
        if (ending !== undefined) return
        await new Promise<void>((resolve) => (wake = resolve))
        continue
      }
      const piece: Uint8Array = received
      yield piece
      piece.fill(0)
      received = undefined
      stream.resume()
    }
  } finally {
    forget()
    stream.off('data', receive)
    received?.fill(0)
    stream.destroy()
    wipeUnread(stream)
  }
}

/** Overwrites what a stream has received and nobody will read. */
export function wipeUnread(stream: Readable): void {
  // Only a stream that flows hands its pieces out singly, not as a copy of all.
  stream.on('error', () => undefined).resume()
  for (;;) {
    const piece: unknown = stream.read()
    if (!(piece instanceof Uint8Array)) return
    piece.fill(0)
  }
}
