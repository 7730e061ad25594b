import { hannPeriodic } from '../../../src/features/hann.js'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'

/** 40 ms, half overlapping: two or more periods of any voice. */
const WINDOW = 0.04 * SAMPLE_RATE_HZ
const HOP = WINDOW / 2
/** A window may be taken from so far beside its place: a period of 80 Hz. */
const REACH = 200

/**
 * The same speech at another tempo, pitch and timbre kept: windows are laid at a fixed distance and taken from where
 * the signal best goes on from the window before.
 *
 * @param tempo below 1: slower
 * @returns shape [about samples.length / tempo]
 * @see Verhelst & Roelands 1993, "An overlap-add technique based on waveform similarity (WSOLA)"
 */
export function stretchTime(samples: Float32Array, tempo: number): Float32Array {
  if (tempo === 1) return samples
  const window = hannPeriodic(WINDOW)
  const length = Math.round(samples.length / tempo)
  const out = new Float32Array(length + WINDOW)
  let from = 0
  for (let to = 0; to < length; to += HOP) {
    const place = Math.round(to * tempo)
    // Where the window before would go on, were nothing stretched.
    const natural = from + HOP
    from = to === 0 ? 0 : bestNear(samples, place, natural)
    for (let i = 0; i < WINDOW; i++) {
      out[to + i] = (out[to + i] as number) + (window[i] as number) * (samples[from + i] ?? 0)
    }
  }
  return out.subarray(0, length)
}

/** The start within reach of `place` whose window is most like the one at `natural`. */
function bestNear(samples: Float32Array, place: number, natural: number): number {
  let best = place
  let bestScore = -Infinity
  for (let from = Math.max(0, place - REACH); from <= place + REACH; from += 2) {
    let product = 0
    let energy = 1e-9
    // A quarter of the samples decides as well as all.
    for (let i = 0; i < WINDOW; i += 4) {
      const x = samples[from + i] ?? 0
      product += x * (samples[natural + i] ?? 0)
      energy += x * x
    }
    const score = product / Math.sqrt(energy)
    if (score <= bestScore) continue
    best = from
    bestScore = score
  }
  return best
}
