import type { GateParams } from '../../../src/gate/gate-params.js'
import { createGate } from '../../../src/gate/segmenter.js'
import type { Vad } from '../../../src/gate/vad.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../../../src/units.js'
import { clipWindows } from '../dataset/clip-windows.js'

/** What a gate makes of an hour of noise. */
export interface FalseSpeech {
  /** Frames scored as speech (gate's exit or above), in seconds. */
  readonly secondsAnHour: number
  /** Decision windows that reach the classifier. */
  readonly windowsAnHour: number
}

/** Each recording is heard cold, for the frames and through the whole gate. */
export function falseSpeech(recordings: readonly Float32Array[], vad: Vad, params: GateParams): FalseSpeech {
  const gate = createGate(vad, params)
  let speechFrames = 0
  let windows = 0
  let samples = 0
  for (const recording of recordings) {
    vad.reset()
    for (let at = 0; at + FRAME_SAMPLES <= recording.length; at += FRAME_SAMPLES) {
      if (vad.score(recording.subarray(at, at + FRAME_SAMPLES)) >= params.exitScore) speechFrames++
    }
    windows += clipWindows(recording, gate).length
    samples += recording.length
  }
  const hours = samples / SAMPLE_RATE_HZ / 3600
  return {
    secondsAnHour: (speechFrames * FRAME_SAMPLES) / SAMPLE_RATE_HZ / hours,
    windowsAnHour: windows / hours,
  }
}
