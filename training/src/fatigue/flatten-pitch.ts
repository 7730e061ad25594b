import { PITCH_PARAMS } from '../../../src/features/pitch-params.js'
import { pitchTrack } from '../../../src/features/pitch-track.js'
import { statistics } from '../../../src/features/statistics.js'

const { sampleRateHz, hopSamples, frameLengthSamples } = PITCH_PARAMS

/**
 * The same speech with less of its melody: every voiced stretch's F0 moves towards the clip's median by a share of its
 * distance in semitones. Periods are cut out two at a time and laid at their new distances; unvoiced sound stays.
 *
 * @param flatness 0: as it was … 1: monotone
 * @see Moulines & Charpentier 1990, "Pitch-synchronous waveform processing techniques" (TD-PSOLA)
 */
export function flattenPitch(samples: Float32Array, flatness: number): Float32Array {
  if (flatness === 0) return samples
  const { f0Hz } = pitchTrack(samples, PITCH_PARAMS)
  const median = statistics(f0Hz.filter((hz) => hz > 0)).p50
  const out = Float32Array.from(samples)
  for (let frame = 0; frame < f0Hz.length; frame++) {
    if (f0Hz[frame] === 0) continue
    let end = frame
    while (end + 1 < f0Hz.length && (f0Hz[end + 1] as number) > 0) end++
    relay(samples, out, f0Hz, frame, end, (hz) => hz * (median / hz) ** flatness)
    frame = end
  }
  return out
}

/** Lays the periods of one voiced stretch anew. */
function relay(
  samples: Float32Array,
  out: Float32Array,
  f0Hz: Float32Array,
  firstFrame: number,
  lastFrame: number,
  targetOf: (hz: number) => number,
): void {
  const centre = (frame: number): number => frame * hopSamples + frameLengthSamples / 2
  const hzAt = (at: number): number => {
    const frame = Math.round((at - frameLengthSamples / 2) / hopSamples)
    return f0Hz[Math.min(lastFrame, Math.max(firstFrame, frame))] as number
  }
  const marks = pitchMarks(samples, centre(firstFrame), centre(lastFrame), hzAt)
  if (marks.length < 4) return
  const from = marks[0] as number
  const to = marks.at(-1) as number
  out.fill(0, from, to)
  const weights = new Float32Array(to - from)
  for (let at = from; at <= to; at += sampleRateHz / targetOf(hzAt(at))) {
    const mark = nearest(marks, at)
    const period = Math.round(sampleRateHz / hzAt(mark))
    for (let i = -period; i < period; i++) {
      const place = Math.round(at) + i
      if (place < from || place >= to) continue
      const weight = 0.5 + 0.5 * Math.cos((Math.PI * i) / period)
      out[place] = (out[place] as number) + weight * (samples[mark + i] ?? 0)
      weights[place - from] = (weights[place - from] as number) + weight
    }
  }
  // Where periods have moved apart or together, the windows no longer sum to one.
  for (let i = from; i < to; i++) out[i] = (out[i] as number) / Math.max(0.3, weights[i - from] as number)
}

/** One mark a period, each where the signal is most like that around the mark before. */
function pitchMarks(samples: Float32Array, from: number, to: number, hzAt: (at: number) => number): number[] {
  const firstPeriod = sampleRateHz / hzAt(from)
  let at = from
  for (let i = from; i < Math.min(samples.length, from + firstPeriod); i++) {
    if (Math.abs(samples[i] as number) > Math.abs(samples[at] as number)) at = i
  }
  const marks: number[] = []
  while (at <= to) {
    marks.push(at)
    const period = sampleRateHz / hzAt(at)
    const half = Math.round(period / 2)
    let best = Math.round(period)
    let bestProduct = -Infinity
    for (let lag = Math.floor(0.8 * period); lag <= Math.ceil(1.25 * period); lag++) {
      let product = 0
      for (let i = at - half; i < at + half; i++) product += (samples[i] ?? 0) * (samples[i + lag] ?? 0)
      if (product <= bestProduct) continue
      best = lag
      bestProduct = product
    }
    at += best
  }
  return marks
}

function nearest(marks: readonly number[], at: number): number {
  let [low, high] = [0, marks.length - 1]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((marks[middle] as number) <= at) low = middle
    else high = middle
  }
  const [a, b] = [marks[low] as number, marks[high] as number]
  return at - a <= b - at ? a : b
}
