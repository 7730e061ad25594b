import { frameCount } from './framing.js'
import { logF32 } from './log-f32.js'
import { createPitchAnalyser, MAX_PITCH_CANDIDATES } from './pitch-candidates.js'
import { PITCH_PARAMS, type PitchParams } from './pitch-params.js'

export interface PitchTrack {
  readonly params: PitchParams
  /** Shape [frames]; 0 where the frame is unvoiced. */
  readonly f0Hz: Float32Array
  /** Normalised autocorrelation at the period, shape [frames]; 0 where unvoiced. */
  readonly correlation: Float32Array
}

const N = MAX_PITCH_CANDIDATES

/**
 * F0 of a whole signal: the path through every frame's candidates with the greatest sum of strengths less the costs of
 * octave jumps and of changes of voicing (Viterbi). Needs the whole signal, so it is for windows, not for streams.
 *
 * @param samples full scale = 1, finite
 * @see Boersma 1993
 */
export function pitchTrack(samples: Float32Array, params: PitchParams = PITCH_PARAMS): PitchTrack {
  const frames = frameCount(samples.length, params)
  const f0Hz = new Float32Array(frames)
  const correlation = new Float32Array(frames)
  if (frames === 0) return { params, f0Hz, correlation }

  const analyser = createPitchAnalyser(params)
  const hz = new Float64Array(frames * N)
  const correlations = new Float64Array(frames * N)
  const counts = new Uint8Array(frames)
  /** Best sum of a path that ends in this candidate, and the candidate it came from. */
  const score = new Float64Array(frames * N)
  const cameFrom = new Uint8Array(frames * N)

  for (let frame = 0; frame < frames; frame++) {
    const found = analyser.analyse(samples, frame * params.hopSamples)
    const row = frame * N
    counts[frame] = found.count
    hz.set(found.hz.subarray(0, found.count), row)
    correlations.set(found.correlation.subarray(0, found.count), row)
    for (let c = 0; c < found.count; c++) {
      let best = 0
      if (frame > 0) {
        best = -Infinity
        for (let p = 0; p < counts[frame - 1]; p++) {
          const sum = score[row - N + p] - transitionCost(hz[row - N + p], hz[row + c], params)
          if (sum <= best) continue
          best = sum
          cameFrom[row + c] = p
        }
      }
      score[row + c] = best + found.strength[c]
    }
  }

  analyser.wipe()

  let candidate = 0
  const lastRow = (frames - 1) * N
  for (let c = 1; c < counts[frames - 1]; c++)
    if (score[lastRow + c] > score[lastRow + candidate]) candidate = c
  for (let frame = frames - 1; frame >= 0; frame--) {
    f0Hz[frame] = hz[frame * N + candidate]
    correlation[frame] = correlations[frame * N + candidate]
    candidate = cameFrom[frame * N + candidate]
  }
  for (const scratch of [hz, correlations, score]) scratch.fill(0)
  return { params, f0Hz, correlation }
}

function transitionCost(fromHz: number, toHz: number, params: PitchParams): number {
  if (fromHz === 0 && toHz === 0) return 0
  // The costs are stated for 10 ms a frame.
  const perFrame = (0.01 * params.sampleRateHz) / params.hopSamples
  if (fromHz === 0 || toHz === 0) return params.voicingChangeCost * perFrame
  return (params.octaveJumpCost * perFrame * Math.abs(logF32(toHz / fromHz))) / Math.LN2
}

const DB_PER_LN = 10 / Math.LN10

/**
 * Harmonics-to-noise ratio of a voiced frame, dB, from its normalised autocorrelation: 10·log10(r/(1 − r)), limited to
 * ±60 dB, beyond which the interpolation's error decides.
 *
 * @see Boersma 1993, eq. 4
 */
export function harmonicityDb(correlation: number): number {
  const r = Math.min(Math.max(correlation, 1e-6), 1 - 1e-6)
  return DB_PER_LN * logF32(r / (1 - r))
}
