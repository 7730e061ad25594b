/** What a revision can break while the agent goes on running. */
export type Vital = 'capture' | 'broker'

/** Undefined: there is no telling now, as while nobody may listen. */
export type Vitals = Readonly<Record<Vital, boolean | undefined>>

export type TrialStep =
  | { readonly kind: 'wait' }
  /** Another configuration is to be put in force, to see whether it fares better. */
  | { readonly kind: 'swap'; readonly to: 'old' | 'new' }
  | { readonly kind: 'confirm' }
  | { readonly kind: 'roll_back'; readonly broken: Vital }

export interface TrialOptions {
  /** What the revision touches, and so may have broken. */
  readonly watched: readonly Vital[]
  readonly trialMs: number
  /** How long something may fail before that means anything: opening a microphone takes seconds. */
  readonly graceMs: number
  /** Monotonic. */
  readonly nowMs: number
}

const WAIT: TrialStep = { kind: 'wait' }

/**
 * Whether a revision may stay. A failure is the revision's only if the old configuration works where the new one
 * fails, twice: what fails under both, or comes back by itself, is an outage.
 *
 * | phase    | in force | leaves it |
 * | -------- | -------- | --------- |
 * | `new`    | new      | all works at the end of the trial: confirmed; something fails for the grace: `old` |
 * | `old`    | old      | it works: `verify`; it fails for the grace too: `new`, with twice the patience |
 * | `verify` | new      | it works: `new`, and the trial begins anew; it fails for the grace: rolled back |
 */
export class Trial {
  readonly #options: TrialOptions
  #phase: 'new' | 'old' | 'verify' = 'new'
  #phaseSinceMs: number
  #trialSinceMs: number
  readonly #workedMs = new Map<Vital, number>()
  #suspect: Vital | undefined
  #patience = 1

  constructor(options: TrialOptions) {
    this.#options = options
    this.#phaseSinceMs = options.nowMs
    this.#trialSinceMs = options.nowMs
  }

  /** Time that the trial still takes if all goes well, ms. */
  remainingMs(nowMs: number): number {
    return Math.max(0, this.#options.trialMs - (nowMs - this.#trialSinceMs))
  }

  /** To be told at least once a second how things are. */
  observe(nowMs: number, vitals: Vitals): TrialStep {
    const { watched, graceMs } = this.#options
    for (const vital of watched) if (vitals[vital] !== false) this.#workedMs.set(vital, nowMs)
    switch (this.#phase) {
      case 'new': {
        const broken = watched.find((vital) => this.#failsFor(vital, nowMs) > graceMs * this.#patience)
        if (broken !== undefined) {
          this.#suspect = broken
          return this.#enter('old', nowMs)
        }
        const isOver = this.remainingMs(nowMs) === 0 && watched.every((vital) => vitals[vital] === true)
        return isOver ? { kind: 'confirm' } : WAIT
      }
      case 'old': {
        const suspect = this.#suspect as Vital
        if (vitals[suspect] === true) return this.#enter('verify', nowMs)
        if (this.#failsFor(suspect, nowMs) <= graceMs) return WAIT
        this.#patience *= 2
        return this.#enter('new', nowMs)
      }
      case 'verify': {
        const suspect = this.#suspect as Vital
        if (vitals[suspect] === true) {
          this.#phase = 'new'
          this.#patience = 1
          this.#trialSinceMs = nowMs
          return WAIT
        }
        const isBroken = this.#failsFor(suspect, nowMs) > graceMs
        return isBroken ? { kind: 'roll_back', broken: suspect } : WAIT
      }
    }
  }

  /** Within this phase: what came before a swap says nothing. */
  #failsFor(vital: Vital, nowMs: number): number {
    return nowMs - Math.max(this.#phaseSinceMs, this.#workedMs.get(vital) ?? -Infinity)
  }

  #enter(phase: 'new' | 'old' | 'verify', nowMs: number): TrialStep {
    this.#phase = phase
    this.#phaseSinceMs = nowMs
    return { kind: 'swap', to: phase === 'old' ? 'old' : 'new' }
  }
}
