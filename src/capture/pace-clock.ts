import { setImmediate, setTimeout } from 'node:timers/promises'

/** The time that a paced source runs by. */
export interface PaceClock {
  /** Monotonic; its zero means nothing. */
  nowMs(): number
  /** Resolves after `ms`, or as soon as `signal` aborts. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** Resolves once pending I/O has had its turn. */
  yieldToIo(): Promise<void>
}

export const systemPaceClock: PaceClock = {
  nowMs: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await setTimeout(ms, undefined, { signal })
    } catch (error) {
      if (!signal.aborted) throw error
    }
  },
  async yieldToIo() {
    await setImmediate()
  },
}
