import type { Readable } from 'node:stream'

/** Overwrites what a stream of audio has received and nobody has read. Its memory may stay long after the stream. */
export function wipeUnread(stream: Readable): void {
  for (;;) {
    const bytes: unknown = stream.read()
    if (!(bytes instanceof Uint8Array)) return
    bytes.fill(0)
  }
}
