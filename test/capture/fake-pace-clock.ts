import type { PaceClock } from '../../src/capture/pace-clock.js'

/** Time that passes only while somebody sleeps, or when a test says so. */
export class FakePaceClock implements PaceClock {
  time = 5_000
  yields = 0
  readonly sleeps: number[] = []

  nowMs(): number {
    return this.time
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    this.sleeps.push(ms)
    this.time += ms
    return Promise.resolve()
  }

  yieldToIo(): Promise<void> {
    this.yields++
    return new Promise((resolve) => setImmediate(resolve))
  }
}
