import type { Clock } from './ops/clock.js'
import type { Logger } from './ops/logger.js'
import type { StateFile } from './ops/state-file.js'
import { reasonOf } from './reason-of.js'

const MAX_FILE_BYTES = 4096
const SCHEMA = 'affectd.listening/2'
/** Knew of requests alone. */
const FIRST_SCHEMA = 'affectd.listening/1'

/**
 * What may keep the device from listening, the one that is named first where there are several: the configuration, the
 * two mutes by hand, crashes one after another, `listen/set`, the hours of the schedule.
 */
export const HOLDS = ['privacy_off', 'mute_file', 'mute_signal', 'crash_loop', 'request', 'schedule'] as const
export type Hold = (typeof HOLDS)[number]
/** Nobody else says again after a restart what these said. */
const KEPT: readonly Hold[] = ['mute_signal', 'request']

export interface ListeningState {
  readonly listening: boolean
  /** What holds it off, or was the last to; null while nothing has. */
  readonly reason: Hold | null
  readonly heldBy: readonly Hold[]
  readonly sinceMs: number
}

/**
 * Whether the microphone may be listened to: only while nothing holds it off. Who switches it off must be able to rely
 * on that: a request and a mute are kept over restarts, and where they cannot be kept, that is said and they hold until
 * the process ends. What one thing holds off, nothing else switches on.
 */
export class ListenSwitch {
  #state: ListeningState
  readonly #held = new Set<Hold>()
  #isKept = false
  readonly #listeners = new Set<() => void>()

  /** @param file where it is kept; undefined: nowhere */
  constructor(
    private readonly file: StateFile | undefined,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {
    for (const hold of this.#keptHolds()) this.#held.add(hold)
    this.#state = this.#stateFor(this.#heldBy[0] ?? null)
  }

  get state(): ListeningState {
    return this.#state
  }

  /** @returns a function that ends it */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Holds it off, or no longer.
   *
   * @returns true if it is kept over a restart
   */
  hold(hold: Hold, isHeld: boolean): boolean {
    const isNews = isHeld !== this.#held.has(hold)
    if (isHeld) this.#held.add(hold)
    else this.#held.delete(hold)
    // Who asks again and again for the same does not wear the card.
    if (KEPT.includes(hold) && (isNews || !this.#isKept)) this.#isKept = this.#keep()
    if (isNews) this.#change(hold)
    return KEPT.includes(hold) && this.#isKept
  }

  isHeldBy(hold: Hold): boolean {
    return this.#held.has(hold)
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

  get #heldBy(): readonly Hold[] {
    return HOLDS.filter((hold) => this.#held.has(hold))
  }

  #stateFor(reason: Hold | null): ListeningState {
    const heldBy = this.#heldBy
    return { listening: heldBy.length === 0, reason, heldBy, sinceMs: this.clock.nowMs() }
  }

  /** Listeners hear of every hold, too, that changes nothing but the reasons. */
  #change(hold: Hold): void {
    const before = this.#state
    const now = this.#stateFor(this.#heldBy[0] ?? hold)
    this.#state = now.listening === before.listening ? { ...now, sinceMs: before.sinceMs } : now
    const { listening, reason, heldBy } = now
    this.log.info({ listening, reason, held_by: heldBy }, listening ? 'listening again' : 'not listening')
    for (const listener of [...this.#listeners]) listener()
  }

  #keptHolds(): readonly Hold[] {
    if (this.file === undefined) return []
    try {
      const bytes = this.file.read(MAX_FILE_BYTES)
      if (bytes === undefined) return []
      const kept = JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>
      const { schema, listening, held_by: heldBy } = kept
      if (schema === FIRST_SCHEMA && typeof listening === 'boolean') return listening ? [] : ['request']
      if (schema === SCHEMA && Array.isArray(heldBy) && heldBy.every((hold) => KEPT.includes(hold as Hold))) {
        return heldBy as Hold[]
      }
      throw new Error('it is not what affectd writes')
    } catch (error) {
      // Somebody may have switched it off: what cannot be read does not switch it on.
      const reason = (error as Error).message
      const fields = { code: 'CAPTURE_LISTENING_UNREADABLE', path: this.file.path, reason }
      this.log.error(fields, 'not listening: send listen/set to begin')
      return ['request']
    }
  }

  #keep(): boolean {
    if (this.file === undefined) return false
    const held = this.#heldBy.filter((hold) => KEPT.includes(hold))
    try {
      if (held.length === 0) this.file.remove()
      else this.file.write(JSON.stringify({ schema: SCHEMA, held_by: held }))
      return true
    } catch (error) {
      const fields = { code: 'CAPTURE_LISTENING_NOT_KEPT', path: this.file.path, reason: reasonOf(error) }
      this.log.error(fields, 'listening or not: a restart will not know of the change')
      return false
    }
  }
}
