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

  /** Whether something was written that nobody has synced yet, or whose sync failed. */
  get isBehind(): boolean {
    return this.#unsynced.size > 0
  }

  /** The event was written. Resolves when it is as safe as it has to be; rejects as `sync`. */
  async wrote(position: number): Promise<void> {
    this.owe(position)
    if (this.windowMs === 0) return await this.#syncNow()
    this.#timer ??= this.clock.after(this.windowMs, () => {
      this.#timer = undefined
      this.#running = this.#syncNow().catch(this.onFailure)
    })
  }

  /** The event was written, and somebody else sees to its sync: until `settle` it is one more for `flush`. */
  owe(position: number): void {
    this.#unsynced.add(position)
  }

  /** The event was delivered or dropped. */
  gone(position: number): void {
    this.#unsynced.delete(position)
  }

  /** Syncs now what waits for it; rejects as `sync`. */
  async flush(): Promise<void> {
    this.pause()
    await this.#running
    await this.#syncNow()
  }

  /** No sync by itself until something is written again; what waits for one still does. */
  pause(): void {
    this.#timer?.clear()
    this.#timer = undefined
  }

  /** All that was written is durable: somebody else has synced it. */
  settle(): void {
    this.pause()
    this.#unsynced.clear()
  }

  async #syncNow(): Promise<void> {
    if (this.#unsynced.size === 0) return
    const covered = [...this.#unsynced]
    await this.sync()
    for (const position of covered) this.#unsynced.delete(position)
  }
}
