import { FRAME_SAMPLES } from '../../../src/units.js'
import type { Random } from '../random.js'
import { meanSquare } from '../vad/speech-targets.js'

/** Frames this far below the loudest are pauses. */
const ACTIVE_RANGE_DB = 25

/** Mean power of the frames in which somebody speaks: those within 25 dB of the loudest. */
export function activePower(samples: Float32Array): number {
  const powers = framePowers(samples)
  if (powers.length === 0) return meanSquare(samples)
  const floor = activeFloor(powers)
  const active = powers.filter((power) => power >= floor)
  return active.reduce((sum, power) => sum + power, 0) / active.length
}

/** Share of a stretch's frames in which somebody speaks. */
export function activeShare(samples: Float32Array, fromSample: number, toSample: number): number {
  const powers = framePowers(samples)
  const floor = activeFloor(powers)
  const first = Math.floor(fromSample / FRAME_SAMPLES)
  const end = Math.max(first + 1, Math.floor(toSample / FRAME_SAMPLES))
  return powers.slice(first, end).filter((power) => power >= floor).length / (end - first)
}

function framePowers(samples: Float32Array): number[] {
  const powers: number[] = []
  for (let at = 0; at + FRAME_SAMPLES <= samples.length; at += FRAME_SAMPLES) {
    powers.push(meanSquare(samples.subarray(at, at + FRAME_SAMPLES)))
  }
  return powers
}

function activeFloor(powers: readonly number[]): number {
  return Math.max(...powers, 1e-12) * 10 ** (-ACTIVE_RANGE_DB / 10)
}

/** Adds noise at an SNR over the speech's active level, in place. */
export function addNoise(
  samples: Float32Array,
  speechPower: number,
  noise: Float32Array,
  snrDb: number,
): void {
  const gain = Math.sqrt(speechPower / Math.max(meanSquare(noise), 1e-20)) * 10 ** (-snrDb / 20)
  for (let i = 0; i < samples.length; i++) samples[i] = (samples[i] as number) + gain * (noise[i] as number)
}

/** The recording from a random place on, again and again. */
export function loopedFrom(recording: Float32Array, length: number, random: Random): Float32Array {
  const from = random.below(Math.max(1, recording.length))
  return Float32Array.from({ length }, (_, i) => recording[(from + i) % recording.length] ?? 0)
}

/** Several people at once, each at the same active level. */
export function mixVoices(voices: readonly Float32Array[], length: number, random: Random): Float32Array {
  const out = new Float32Array(length)
  for (const voice of voices) {
    const gain = 1 / Math.sqrt(Math.max(activePower(voice), 1e-20))
    const turned = loopedFrom(voice, length, random)
    for (let i = 0; i < length; i++) out[i] = (out[i] as number) + gain * (turned[i] as number)
  }
  return out
}
