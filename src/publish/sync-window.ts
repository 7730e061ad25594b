import type { Clock, Timer } from '../ops/clock.js'

/**
 * Decides when what was written is synced: at once, or within a window, so that a card is not worn out by one sync an
 * event. What has left the outbox before its window ends needs none.
 */
export class SyncWindow {
  readonly #unsynced = new Set<number>()
  #timer: Timer | undefined
  #running: Promise<void> | undefined

  /**
   * @param windowMs  0: every event waits for its sync
   * @param sync      makes everything durable that was written before the call
   * @param onFailure told why a sync at the end of a window failed
   */
  constructor(
    private readonly clock: Clock,
    private readonly windowMs: number,
    private readonly sync: () => Promise<void>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** The event was written. Resolves when it is as safe as it has to be; rejects as `sync`. */
  async wrote(position: number): Promise<void> {
    if (this.windowMs === 0) return await this.sync()
    this.#unsynced.add(position)
    this.#timer ??= this.clock.after(this.windowMs, () => {
      this.#timer = undefined
      this.#running = this.#syncNow().catch(this.onFailure)
    })
  }

  /** The event was delivered or dropped. */
  gone(position: number): void {
    this.#unsynced.delete(position)
  }

  /** Syncs now what waits for it; rejects as `sync`. */
  async flush(): Promise<void> {
    this.clear(false)
    await this.#running
    await this.#syncNow()
  }

  /** @param forgets nothing that was written needs to be synced any more */
  clear(forgets = true): void {
    this.#timer?.clear()
    this.#timer = undefined
    if (forgets) this.#unsynced.clear()
  }

  async #syncNow(): Promise<void> {
    if (this.#unsynced.size === 0) return
    const covered = [...this.#unsynced]
    await this.sync()
    for (const position of covered) this.#unsynced.delete(position)
  }
}
