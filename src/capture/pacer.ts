import { FRAME_SAMPLES, samplesToMs } from '../units.js'
import type { AudioFrame } from './audio-source.js'
import type { PaceClock } from './pace-clock.js'

/** `realtime`: a frame comes when a microphone would have delivered it. `fast`: as soon as it is asked for. */
export type Pace = 'realtime' | 'fast'

/** One second of audio; decoding it takes well under a millisecond, so sockets wait no longer than that for us. */
const FRAMES_PER_YIELD = 50

/**
 * Holds frames back until they are due. Due times count from the first frame, not from the one before, so that
 * lateness never adds up: a consumer that fell behind gets frames without waiting until it has caught up.
 */
export class Pacer {
  private originMs: number | undefined
  private framesSinceYield = 0

  constructor(
    private readonly pace: Pace,
    private readonly clock: PaceClock,
  ) {}

  /** Resolves when the frame's last sample has been heard, or as soon as `signal` aborts. */
  async whenDue(frame: AudioFrame, signal: AbortSignal): Promise<void> {
    const waitMs = this.pace === 'realtime' ? this.untilDueMs(frame) : 0
    if (waitMs > 0) {
      this.framesSinceYield = 0
      await this.clock.sleep(waitMs, signal)
    } else if (++this.framesSinceYield >= FRAMES_PER_YIELD) {
      this.framesSinceYield = 0
      await this.clock.yieldToIo()
    }
  }

  private untilDueMs(frame: AudioFrame): number {
    const nowMs = this.clock.nowMs()
    this.originMs ??= nowMs - samplesToMs(frame.startSample)
    return this.originMs + samplesToMs(frame.startSample + FRAME_SAMPLES) - nowMs
  }
}
