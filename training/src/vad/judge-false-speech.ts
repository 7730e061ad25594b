import type { GateParams } from '../../../src/gate/gate-params.js'
import { createGate } from '../../../src/gate/segmenter.js'
import type { Vad } from '../../../src/gate/vad.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../../../src/units.js'
import { clipWindows } from '../dataset/clip-windows.js'

/** What a gate makes of noise. */
export interface FalseSpeech {
  readonly hours: number
  /** Frames scored as speech (gate's exit or above), in seconds. */
  readonly seconds: number
  /** Decision windows that reach the classifier. */
  readonly windows: number
}

/** Each recording is heard cold. */
export function falseSpeech(recordings: readonly Float32Array[], vad: Vad, params: GateParams): FalseSpeech {
  let speechFrames = 0
  const counting: Vad = {
    score(samples) {
      const score = vad.score(samples)
      if (score >= params.exitScore) speechFrames++
      return score
    },
    get voicing() {
      return vad.voicing
    },
    get acPower() {
      return vad.acPower
    },
    get noiseDbfs() {
      return vad.noiseDbfs
    },
    reset: () => vad.reset(),
  }
  const gate = createGate(counting, params)
  let windows = 0
  let samples = 0
  for (const recording of recordings) {
    windows += clipWindows(recording, gate).length
    samples += recording.length
  }
  return {
    hours: samples / SAMPLE_RATE_HZ / 3600,
    seconds: (speechFrames * FRAME_SAMPLES) / SAMPLE_RATE_HZ,
    windows,
  }
}

export function sumOfFalseSpeech(all: readonly FalseSpeech[]): FalseSpeech {
  return all.reduce(
    (sum, one) => ({
      hours: sum.hours + one.hours,
      seconds: sum.seconds + one.seconds,
      windows: sum.windows + one.windows,
    }),
    { hours: 0, seconds: 0, windows: 0 },
  )
}
