import type { FatigueBlock } from '../../../src/affect/fatigue/fatigue-cues.js'
import { DEFAULT_FATIGUE_PARAMS } from '../../../src/affect/fatigue/fatigue-params.js'
import { FatigueBlockMeter } from '../../../src/fatigue-block-meter.js'
import type { Gate } from '../../../src/gate/gate.js'
import { FRAME_SAMPLES, samplesToMs } from '../../../src/units.js'

/** Unix time of noon on a day, UTC: every simulated session is at the same time of day. */
export function noonOf(day: number): number {
  return Date.UTC(2026, 0, 1 + day, 12)
}

/**
 * Hears a session through the device's gate and block meter, until so many blocks are complete.
 *
 * @param startMs unix time of its first sample
 */
export function hearSession(
  audio: Iterable<Float32Array>,
  gate: Gate,
  startMs: number,
  blocks: number,
): FatigueBlock[] {
  gate.reset()
  const meter = new FatigueBlockMeter(DEFAULT_FATIGUE_PARAMS, (unixMs) => new Date(unixMs).getUTCHours())
  const heard: FatigueBlock[] = []
  const frame = new Float32Array(FRAME_SAMPLES)
  let startSample = 0
  for (const piece of audio) {
    for (let at = 0; at < piece.length; at += FRAME_SAMPLES, startSample += FRAME_SAMPLES) {
      frame.set(piece.subarray(at, at + FRAME_SAMPLES))
      const segment = gate.push({ samples: frame, startSample })
      if (segment === null) continue
      const { block } = meter.hear(segment, startMs + samplesToMs(segment.startSample))
      if (block !== null) heard.push(block)
      if (heard.length >= blocks) return heard
    }
  }
  return heard
}
