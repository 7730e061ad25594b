import type { DeviceState } from './publish/payloads.js'

/** What `status` says. */
export interface StatusNow {
  readonly state: DeviceState
  /** Machine-readable, or null when there is nothing to say. */
  readonly reason: string | null
}

/** Beside hearing, what a device can be ill of; earlier ones are told first. */
const AILMENTS = ['outbox_in_memory', 'events_refused'] as const
export type Ailment = (typeof AILMENTS)[number]

/** One status of many parts: a device that hears well and cannot keep or deliver what it hears is degraded too. */
export class DeviceStatus {
  // Nothing has been heard yet: the first frame says `online`.
  #hearing: StatusNow = { state: 'degraded', reason: 'starting' }
  readonly #ailments = new Set<Ailment>()
  #now: StatusNow = this.#hearing

  /** @param onChange told of every change */
  constructor(private readonly onChange: (now: StatusNow) => void) {}

  get now(): StatusNow {
    return this.#now
  }

  /** How hearing goes. */
  hears(state: DeviceState, reason: string | null): void {
    this.#hearing = { state, reason }
    this.#settle()
  }

  ails(ailment: Ailment, isIll: boolean): void {
    if (isIll) this.#ailments.add(ailment)
    else this.#ailments.delete(ailment)
    this.#settle()
  }

  #settle(): void {
    const ailment = this.#hearing.state === 'online' && AILMENTS.find((one) => this.#ailments.has(one))
    const next: StatusNow = ailment ? { state: 'degraded', reason: ailment } : this.#hearing
    if (next.state === this.#now.state && next.reason === this.#now.reason) return
    this.#now = next
    this.onChange(next)
  }
}
