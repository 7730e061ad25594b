import type { AudioFrame } from '../../src/capture/audio-source.js'
import type { Gate } from '../../src/gate/gate.js'
import type { Segment } from '../../src/gate/segment.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../../src/units.js'

/** A signal as a function of its sample's index. */
export type Signal = (sample: number) => number

export const silence: Signal = () => 0

/** White noise of variance `rms`², nearly normal; seeded. */
export function whiteNoise(rms: number, seed = 1): Signal {
  let state = seed >>> 0
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
  return () => rms * (uniform() + uniform() + uniform())
}

/** Pink noise (−3 dB an octave) by Kellet's filter of white noise. */
export function pinkNoise(gain: number, seed = 1): Signal {
  const white = whiteNoise(1, seed)
  const poles = [0.99886, 0.99332, 0.969, 0.8665, 0.55, -0.7616]
  const gains = [0.0555179, 0.0750759, 0.153852, 0.3104856, 0.5329522, -0.016898]
  const state = new Float64Array(6)
  return (i) => {
    const w = white(i)
    let sum = 0.5362 * w
    poles.forEach((pole, k) => {
      state[k] = pole * (state[k] as number) + (gains[k] as number) * w
      sum += state[k] as number
    })
    return gain * sum
  }
}

export function tone(hz: number, amplitude: number): Signal {
  return (i) => amplitude * Math.sin((2 * Math.PI * hz * i) / SAMPLE_RATE_HZ)
}

/** What passes for speech: harmonics of a gliding voice under two formants, four syllables a second. */
export function fakeSpeech(amplitude = 0.3, pitchHz = 120): Signal {
  let phase = 0
  return (i) => {
    const time = i / SAMPLE_RATE_HZ
    const f0 = pitchHz * (1 + 0.1 * Math.sin(2 * Math.PI * 0.7 * time))
    phase += (2 * Math.PI * f0) / SAMPLE_RATE_HZ
    let sum = 0
    for (let h = 1; h * f0 < 4000; h++) {
      const hz = h * f0
      const formants = 1 / (1 + ((hz - 600) / 200) ** 2) + 0.5 / (1 + ((hz - 1700) / 250) ** 2)
      sum += (formants + 0.02) * Math.sin(h * phase)
    }
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 4 * time)) ** 0.7
    return (amplitude / 3) * (0.01 + syllable) * sum
  }
}

/** One signal after another, each for its seconds. */
export function sequence(...parts: readonly (readonly [Signal, number])[]): Signal {
  const ends: number[] = []
  for (const [, seconds] of parts) ends.push((ends.at(-1) ?? 0) + seconds * SAMPLE_RATE_HZ)
  return (i) => {
    const part = ends.findIndex((end) => i < end)
    return part === -1 ? 0 : (parts[part]?.[0](i) as number)
  }
}

export function sum(...signals: readonly Signal[]): Signal {
  return (i) => signals.reduce((total, signal) => total + signal(i), 0)
}

/** Whole frames of a signal, clipped to full scale as a converter would. */
export function framesOf(signal: Signal, seconds: number, startSample = 0): AudioFrame[] {
  return Array.from({ length: Math.round((seconds * SAMPLE_RATE_HZ) / FRAME_SAMPLES) }, (_, n) => ({
    samples: Float32Array.from({ length: FRAME_SAMPLES }, (_, i) =>
      Math.max(-1, Math.min(1, signal(n * FRAME_SAMPLES + i))),
    ),
    startSample: startSample + n * FRAME_SAMPLES,
  }))
}

/** Every window that a gate cuts from the frames, the one at the end included. */
export function windowsOf(gate: Gate, frames: readonly AudioFrame[]): Segment[] {
  const windows = frames.flatMap((frame) => gate.push(frame) ?? [])
  const last = gate.flush()
  return last ? [...windows, last] : windows
}
