import { fileURLToPath } from 'node:url'
import { Framer } from '../../src/capture/framer.js'
import { DEFAULT_GATE_PARAMS } from '../../src/gate/gate-params.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../../src/units.js'
import { chunk, fmtChunk, riff, s16 } from '../../test/capture/build-wav.js'
import { clipAudio } from '../../training/src/dataset/clip-audio.js'
import { deviceGates } from '../../training/src/dataset/device-gates.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))

/** What everything is measured on: the bundled recording, synthetic speech in several voices. */
export interface BenchInput {
  /** 16 kHz, mono, full scale = 1. */
  readonly samples: Float32Array
  /** The frames of it that the gate calls speech, without a pause. */
  readonly speech: Float32Array
  /** Decision windows of 3 s, one every 100 ms. */
  readonly windows: readonly Float32Array[]
}

export async function loadInput(): Promise<BenchInput> {
  const samples = await clipAudio(DEMO)
  const vad = deviceGates().createVad()
  const frames: Float32Array[] = []
  for (const { samples: frame } of new Framer().push(samples)) {
    if (vad.score(frame) >= DEFAULT_GATE_PARAMS.exitScore) frames.push(frame.slice())
  }
  const speech = new Float32Array(frames.length * FRAME_SAMPLES)
  frames.forEach((frame, n) => speech.set(frame, n * FRAME_SAMPLES))
  const windows: Float32Array[] = []
  const length = 3 * SAMPLE_RATE_HZ
  for (let at = 0; at + length <= speech.length; at += SAMPLE_RATE_HZ / 10) {
    windows.push(speech.slice(at, at + length))
  }
  return { samples, speech, windows }
}

/** @returns a 16-bit WAV file of the samples, repeated up to `seconds` */
export function wavOf(samples: Float32Array, seconds: number): Buffer {
  const audio = Buffer.alloc(2 * Math.round(seconds * SAMPLE_RATE_HZ), s16(samples))
  return riff([fmtChunk(), chunk('data', audio)])
}
