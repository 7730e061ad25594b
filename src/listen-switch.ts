import type { Clock } from './ops/clock.js'
import type { Logger } from './ops/logger.js'
import type { StateFile } from './ops/state-file.js'
import { reasonOf } from './reason-of.js'

const MAX_FILE_BYTES = 4096
const SCHEMA = 'affectd.listening/1'

export interface ListeningState {
  readonly listening: boolean
  /** Machine-readable; null while nobody has said anything. */
  readonly reason: string | null
  readonly sinceMs: number
}

/**
 * Whether the microphone may be listened to. Who switches it off must be able to rely on that: it is kept over
 * restarts, and where it cannot be kept, it says so and holds until the process ends.
 */
export class ListenSwitch {
  #state: ListeningState
  #isKept = false
  readonly #listeners = new Set<() => void>()

  /** @param file where it is kept; undefined: nowhere */
  constructor(
    private readonly file: StateFile | undefined,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {
    this.#state = { listening: !this.#wasOff(), reason: null, sinceMs: clock.nowMs() }
    if (!this.#state.listening) this.#state = { ...this.#state, reason: 'request' }
  }

  get state(): ListeningState {
    return this.#state
  }

  /** @returns a function that ends it */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @returns true if it is kept over a restart */
  set(listening: boolean, reason: string): boolean {
    const isNews = listening !== this.#state.listening
    // Who asks again and again for the same does not wear the card.
    if (isNews || !this.#isKept) this.#isKept = this.#keep(listening)
    if (!isNews) return this.#isKept
    this.#state = { listening, reason, sinceMs: this.clock.nowMs() }
    this.log.info({ listening, reason }, listening ? 'listening again' : 'not listening any more')
    for (const listener of [...this.#listeners]) listener()
    return this.#isKept
  }

  /** Resolves when it is on, or the signal aborts. */
  untilOn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!this.#state.listening && !signal.aborted) return
        stopListening()
        signal.removeEventListener('abort', check)
        resolve()
      }
      const stopListening = this.onChange(check)
      signal.addEventListener('abort', check, { once: true })
      check()
    })
  }

  #wasOff(): boolean {
    if (this.file === undefined) return false
    try {
      const bytes = this.file.read(MAX_FILE_BYTES)
      if (bytes === undefined) return false
      const { schema, listening } = JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>
      if (schema === SCHEMA && typeof listening === 'boolean') return !listening
      throw new Error('it is not what affectd writes')
    } catch (error) {
      // Somebody may have switched it off: what cannot be read does not switch it on.
      const reason = (error as Error).message
      const fields = { code: 'CAPTURE_LISTENING_UNREADABLE', path: this.file.path, reason }
      this.log.error(fields, 'not listening: send listen/set to begin')
      return true
    }
  }

  #keep(listening: boolean): boolean {
    if (this.file === undefined) return false
    try {
      if (listening) this.file.remove()
      else this.file.write(JSON.stringify({ schema: SCHEMA, listening }))
      return true
    } catch (error) {
      const fields = { code: 'CAPTURE_LISTENING_NOT_KEPT', path: this.file.path, reason: reasonOf(error) }
      this.log.error(fields, 'listening or not: a restart will not know of the change')
      return false
    }
  }
}
