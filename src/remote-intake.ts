import type { RemoteScope } from './config/remote/desired.js'
import type { Clock, Timer } from './ops/clock.js'

/** Each revision costs a sync of the disk and perhaps a restart: a flood of them is thinned to this. */
const SPACING_MS = 1000

/**
 * Messages of configuration, one at a time and not too fast. Of those that wait only the newest of a scope is kept:
 * they are states, each replaces the one before.
 */
export class RemoteIntake {
  readonly #waiting = new Map<RemoteScope, Uint8Array>()
  #isBusy = false
  #pause: Timer | undefined
  #isClosed = false

  /** @param deal never rejects; resolves to whether the message cost something */
  constructor(
    private readonly clock: Clock,
    private readonly deal: (scope: RemoteScope, payload: Uint8Array) => Promise<boolean>,
  ) {}

  push(scope: RemoteScope, payload: Uint8Array): void {
    // The buffer is the MQTT client's.
    this.#waiting.set(scope, payload.slice())
    void this.#run()
  }

  close(): void {
    this.#isClosed = true
    this.#pause?.clear()
  }

  async #run(): Promise<void> {
    if (this.#isBusy || this.#pause !== undefined || this.#isClosed) return
    this.#isBusy = true
    for (const [scope, payload] of this.#waiting) {
      this.#waiting.delete(scope)
      if (!(await this.deal(scope, payload))) continue
      if (this.#isClosed) break
      this.#pause = this.clock.after(SPACING_MS, () => {
        this.#pause = undefined
        void this.#run()
      })
      break
    }
    this.#isBusy = false
  }
}
