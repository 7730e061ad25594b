import { Trial, type TrialStep, type Vital, type Vitals } from './config/remote/trial.js'
import type { Clock, Timer } from './ops/clock.js'

const OBSERVE_MS = 1000
/** Longest time that a microphone or a broker may take to come up under another configuration. */
const MAX_GRACE_MS = 30_000

export interface RemoteTrialOptions {
  readonly clock: Clock
  /** Of a whole trial. */
  readonly trialMs: number
  readonly vitals: () => Vitals
  /** Something must happen; after `confirm` and `roll_back` the trial is over. */
  readonly onStep: (step: Exclude<TrialStep, { kind: 'wait' }>) => void
}

/** Looks at how the agent fares, once a second while there is a trial and not at all otherwise. */
export class RemoteTrial {
  #trial: Trial | undefined
  #timer: Timer | undefined

  constructor(private readonly options: RemoteTrialOptions) {}

  get isOn(): boolean {
    return this.#trial !== undefined
  }

  /** Undefined when there is none. */
  get remainingMs(): number | undefined {
    return this.#trial?.remainingMs(this.options.clock.monotonicMs())
  }

  /**
   * @param remainingMs less than a whole trial where one was interrupted
   * @param changed     keys of the configuration that are on trial
   */
  begin(remainingMs: number, changed: readonly string[]): void {
    const { clock, trialMs } = this.options
    this.end()
    const touches = (group: string): boolean => changed.some((key) => key.startsWith(group))
    const watched: Vital[] = [
      ...(touches('capture.') ? (['capture'] as const) : []),
      ...(touches('mqtt.') ? (['broker'] as const) : []),
    ]
    const graceMs = Math.min(MAX_GRACE_MS, trialMs / 4)
    this.#trial = new Trial({ watched, trialMs: remainingMs, graceMs, nowMs: clock.monotonicMs() })
    this.#observeLater()
  }

  end(): void {
    this.#timer?.clear()
    this.#trial = undefined
  }

  #observeLater(): void {
    this.#timer = this.options.clock.after(OBSERVE_MS, () => this.#observe())
  }

  #observe(): void {
    const { clock, vitals, onStep } = this.options
    const trial = this.#trial
    if (trial === undefined) return
    const step = trial.observe(clock.monotonicMs(), vitals())
    if (step.kind === 'confirm' || step.kind === 'roll_back') this.end()
    if (step.kind !== 'wait') onStep(step)
    if (this.#trial === trial) this.#observeLater()
  }
}
