import { createHash } from 'node:crypto'
import type { IncomingMessage } from './link.js'

/** More than a broker may have on the way to us at once, twice over. */
const REMEMBERED = 64

/**
 * Knows the messages of late again. A broker that did not hear our acknowledgement sends a message once more, with its
 * duplicate flag: a request that was carried out must not be carried out again for that. Without the flag equal
 * messages are different ones.
 */
export class RepeatFilter {
  readonly #digests = new Set<string>()

  /** @returns true if this very message has been here before */
  isRepeat({ topic, payload, duplicate, correlationData }: IncomingMessage): boolean {
    const hash = createHash('sha256')
    // Lengths first, or a topic's end could be a payload's beginning.
    hash.update(`${topic.length} ${correlationData?.length ?? -1} ${topic}`)
    if (correlationData !== undefined) hash.update(correlationData)
    const digest = hash.update(payload).digest('base64')
    if (duplicate === true && this.#digests.has(digest)) return true
    this.#digests.delete(digest)
    this.#digests.add(digest)
    const [oldest] = this.#digests
    if (this.#digests.size > REMEMBERED && oldest !== undefined) this.#digests.delete(oldest)
    return false
  }
}
