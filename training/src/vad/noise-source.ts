import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import type { Random } from '../random.js'

type NoiseMaker = (length: number, random: Random) => Float32Array

/** Noises that are computed, each of `length` samples at any level. */
export const COMPUTED_NOISES = {
  white: (length, random) => generate(length, () => random.normal()),
  pink: pinkNoise,
  brown: (length, random) => lowPassed(length, random, 0.98),
  rumble: (length, random) => lowPassed(length, random, 0.9 + 0.08 * random.next()),
  cabin: cabinNoise,
  hum,
  tones,
  clicks,
} satisfies Record<string, NoiseMaker>

/** A plain loop: several times as fast as `Float32Array.from`. */
function generate(length: number, next: (i: number) => number): Float32Array {
  const out = new Float32Array(length)
  for (let i = 0; i < length; i++) out[i] = next(i)
  return out
}

/** −3 dB an octave: Kellet's filter of white noise. */
function pinkNoise(length: number, random: Random): Float32Array {
  let a = 0
  let b = 0
  let c = 0
  return generate(length, () => {
    const white = random.normal()
    a = 0.99765 * a + 0.099046 * white
    b = 0.963 * b + 0.2965164 * white
    c = 0.57 * c + 1.0526913 * white
    return a + b + c + 0.1848 * white
  })
}

function lowPassed(length: number, random: Random, pole: number): Float32Array {
  let state = 0
  return generate(length, () => (state = pole * state + random.normal()))
}

/** The mains, 50 or 60 Hz, with harmonics of its own strength each, and a little noise. */
function hum(length: number, random: Random): Float32Array {
  const hz = random.next() < 0.5 ? 50 : 60
  const strengths = Array.from({ length: 12 }, (_, h) => (random.next() / (h + 1)) * (h === 0 ? 1 : 0.7))
  const phases = strengths.map(() => 2 * Math.PI * random.next())
  return generate(length, (i) =>
    strengths.reduce(
      (sum, strength, h) =>
        sum + strength * Math.sin((2 * Math.PI * hz * (h + 1) * i) / SAMPLE_RATE_HZ + (phases[h] as number)),
      0.01 * random.normal(),
    ),
  )
}

/** One to three tones; sometimes each has harmonics, glides or beeps. */
function tones(length: number, random: Random): Float32Array {
  const out = new Float32Array(length)
  for (let n = 1 + random.below(3); n > 0; n--) {
    const hz = 80 * 2 ** (5.5 * random.next())
    const glide = random.next() < 0.3 ? 0.3 * random.normal() : 0
    const beepHz = random.next() < 0.4 ? 0.5 + 5 * random.next() : 0
    const harmonics = random.next() < 0.4 ? 1 + random.below(8) : 1
    let phase = 2 * Math.PI * random.next()
    for (let i = 0; i < length; i++) {
      phase += (2 * Math.PI * hz * (1 + glide * Math.sin((3 * i) / SAMPLE_RATE_HZ))) / SAMPLE_RATE_HZ
      if (beepHz > 0 && Math.sin((2 * Math.PI * beepHz * i) / SAMPLE_RATE_HZ) < 0) continue
      for (let h = 1; h <= harmonics && h * hz < 7000; h++) {
        out[i] = (out[i] as number) + Math.sin(h * phase) / h
      }
    }
  }
  return out
}

/** Regular or random clicks that ring a little. */
function clicks(length: number, random: Random): Float32Array {
  const rateHz = 1 + 30 * random.next() ** 2
  const isRegular = random.next() < 0.5
  const pole = 0.5 + 0.48 * random.next()
  let state = 0
  let due = 0
  return generate(length, (i) => {
    state *= -pole
    if (i >= due) {
      state += 1 + 0.3 * random.normal()
      due = i + (SAMPLE_RATE_HZ / rateHz) * (isRegular ? 1 : -Math.log(1 - random.next()))
    }
    return state + 1e-4 * random.normal()
  })
}

/** What two first-order low-passes at 100 and 300 Hz leave of white noise, with a little of it unfiltered. */
function cabinNoise(length: number, random: Random): Float32Array {
  let first = 0
  let second = 0
  return generate(length, () => {
    const white = random.normal()
    first += 0.04 * (white - first)
    second += 0.12 * (first - second)
    return second + 0.004 * white
  })
}
