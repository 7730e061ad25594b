import type { PitchTrack } from './pitch-track.js'

/** Irregularity of the voice from cycle to cycle. 0 where fewer than three cycles were found. */
export interface VoicePerturbation {
  /** Mean |Tᵢ − Tᵢ₊₁| over the mean period. */
  readonly jitterLocal: number
  /** Mean |Aᵢ − Aᵢ₊₁| over the mean peak-to-peak amplitude. */
  readonly shimmerLocal: number
  /** Cycles that both were measured on. */
  readonly cycles: number
}

/** Neighbouring periods that differ by more are an octave slip or a change of voicing, not jitter. */
const MAX_PERIOD_RATIO = 1.3
/** Nor are amplitudes that differ by more than this shimmer. */
const MAX_AMPLITUDE_RATIO = 1.6

interface Sums {
  cycles: number
  periods: number
  amplitudes: number
  pairs: number
  periodSteps: number
  amplitudeSteps: number
}

/**
 * Local jitter and shimmer over the voiced stretches of a track. From the first stretch's greatest sample on, each
 * next cycle is where the signal correlates best with the present one, 0.8 to 1.25 periods later; the period is
 * refined by a parabola.
 *
 * @param samples those that `track` was made of
 * @see Lieberman 1961, "Perturbations in vocal pitch"; "local" and the limits on neighbours as in Praat's manual,
 *      "Voice 2. Jitter" and "Voice 3. Shimmer"
 */
export function voicePerturbation(samples: Float32Array, track: PitchTrack): VoicePerturbation {
  const sums: Sums = { cycles: 0, periods: 0, amplitudes: 0, pairs: 0, periodSteps: 0, amplitudeSteps: 0 }
  const { f0Hz } = track
  for (let start = 0; start < f0Hz.length; start++) {
    if (f0Hz[start] === 0) continue
    let end = start
    while (end + 1 < f0Hz.length && f0Hz[end + 1] > 0) end++
    followStretch(samples, track, start, end, sums)
    start = end
  }
  if (sums.pairs < 2) return { jitterLocal: 0, shimmerLocal: 0, cycles: sums.cycles }
  const meanPeriod = sums.periods / sums.cycles
  const meanAmplitude = sums.amplitudes / sums.cycles
  return {
    jitterLocal: sums.periodSteps / sums.pairs / meanPeriod,
    shimmerLocal: meanAmplitude > 0 ? sums.amplitudeSteps / sums.pairs / meanAmplitude : 0,
    cycles: sums.cycles,
  }
}

/** Follows the cycles through the frames [startFrame, endFrame], all voiced. */
function followStretch(
  samples: Float32Array,
  track: PitchTrack,
  startFrame: number,
  endFrame: number,
  sums: Sums,
): void {
  const { sampleRateHz, hopSamples, frameLengthSamples } = track.params
  const centreOf = (frame: number): number => frame * hopSamples + frameLengthSamples / 2
  const last = centreOf(endFrame)
  let at = greatestNear(samples, centreOf(startFrame), sampleRateHz / track.f0Hz[startFrame])
  let previousPeriod = 0
  let previousAmplitude = 0
  while (at <= last) {
    const frame = Math.round((at - frameLengthSamples / 2) / hopSamples)
    const expected = sampleRateHz / track.f0Hz[Math.min(endFrame, Math.max(startFrame, frame))]
    const period = periodAt(samples, at, expected)
    if (period === 0) return
    const amplitude = peakToPeak(samples, at, expected)
    sums.cycles++
    sums.periods += period
    sums.amplitudes += amplitude
    if (
      previousPeriod > 0 &&
      ratio(period, previousPeriod) <= MAX_PERIOD_RATIO &&
      ratio(amplitude, previousAmplitude) <= MAX_AMPLITUDE_RATIO
    ) {
      sums.pairs++
      sums.periodSteps += Math.abs(period - previousPeriod)
      sums.amplitudeSteps += Math.abs(amplitude - previousAmplitude)
    }
    previousPeriod = period
    previousAmplitude = amplitude
    at += Math.round(period)
  }
}

function ratio(a: number, b: number): number {
  return a > b ? a / b : b / a
}

function greatestNear(samples: Float32Array, centre: number, period: number): number {
  const from = Math.max(0, Math.round(centre - period / 2))
  let best = from
  for (let i = from; i < Math.min(samples.length, from + period); i++) {
    if (Math.abs(samples[i]) > Math.abs(samples[best])) best = i
  }
  return best
}

function peakToPeak(samples: Float32Array, centre: number, period: number): number {
  const from = Math.max(0, Math.round(centre - period / 2))
  let low = Infinity
  let high = -Infinity
  for (let i = from; i < Math.min(samples.length, from + period); i++) {
    low = Math.min(low, samples[i])
    high = Math.max(high, samples[i])
  }
  return high - low
}

/** Distance to the next cycle, samples; 0 if it lies outside the signal or nothing correlates. */
function periodAt(samples: Float32Array, centre: number, expected: number): number {
  const half = Math.round(expected / 2)
  const shortest = Math.floor(expected * 0.8)
  const longest = Math.ceil(expected * 1.25)
  if (centre - half < 0 || centre + half + longest + 1 > samples.length) return 0
  const correlationAt = (lag: number): number => {
    let product = 0
    let energy = 0
    for (let i = centre - half; i < centre + half; i++) {
      product += samples[i] * samples[i + lag]
      energy += samples[i + lag] * samples[i + lag]
    }
    return energy > 0 ? product / Math.sqrt(energy) : 0
  }
  let best = shortest
  let bestCorrelation = 0
  for (let lag = shortest; lag <= longest; lag++) {
    const correlation = correlationAt(lag)
    if (correlation <= bestCorrelation) continue
    best = lag
    bestCorrelation = correlation
  }
  if (bestCorrelation === 0) return 0
  const before = correlationAt(best - 1)
  const after = correlationAt(best + 1)
  const curvature = 2 * bestCorrelation - before - after
  const shift = curvature > 0 ? (after - before) / (2 * curvature) : 0
  return best + Math.max(-0.5, Math.min(0.5, shift))
}
