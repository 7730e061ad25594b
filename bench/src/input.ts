import { fileURLToPath } from 'node:url'
import { Framer } from '../../src/capture/framer.js'
import { DEFAULT_GATE_PARAMS } from '../../src/gate/gate-params.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../../src/units.js'
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
  const count = Math.round(seconds * SAMPLE_RATE_HZ)
  const wav = Buffer.alloc(44 + 2 * count)
  wav.write('RIFF', 0, 'latin1')
  wav.writeUInt32LE(36 + 2 * count, 4)
  wav.write('WAVEfmt ', 8, 'latin1')
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(SAMPLE_RATE_HZ, 24)
  wav.writeUInt32LE(2 * SAMPLE_RATE_HZ, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36, 'latin1')
  wav.writeUInt32LE(2 * count, 40)
  for (let i = 0; i < count; i++) {
    const x = Math.round(32_767 * (samples[i % samples.length] as number))
    wav.writeInt16LE(Math.max(-32_768, Math.min(32_767, x)), 44 + 2 * i)
  }
  return wav
}
