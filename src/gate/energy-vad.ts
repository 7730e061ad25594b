import { createFrameAnalyser, N_BANDS } from './frame-analyser.js'
import type { GateParams } from './gate-params.js'
import { levelDbfs, MIN_LEVEL_DBFS } from './level.js'
import { NoiseFloor } from './noise-floor.js'
import type { Vad } from './vad.js'

/** Least background of a bin, −100 dBFS: digital silence is no background to compare with. */
const MIN_BIN_POWER = 1e-10
/** A band's SNR counts up to this: one loud band is not a voice. */
const MAX_BAND_SNR_DB = 20

/**
 * Speech detector of three cues: how far the bands stand above their background, how periodic the frame is, and
 * what rules speech out (too faint, clipped).
 */
export function createEnergyVad(params: Pick<GateParams, 'minFrameDbfs' | 'maxClippedRatio'>): Vad {
  const analyser = createFrameAnalyser()
  const bandNoise = new NoiseFloor(N_BANDS)
  const levelNoise = new NoiseFloor(1)
  const level = new Float64Array(1)
  let voicing = 0

  /** Mean over the bands, 0 … MAX_BAND_SNR_DB. */
  function bandSnrDb(bandPower: Float32Array): number {
    let sum = 0
    for (let b = 0; b < N_BANDS; b++) {
      const noise = Math.max(MIN_BIN_POWER, bandNoise.power[b])
      const ratio = bandPower[b] / noise
      if (ratio > 1) sum += Math.min(MAX_BAND_SNR_DB, levelDbfs(ratio))
    }
    return sum / N_BANDS
  }

  return {
    score(samples) {
      const { acPower, bandPower, clippedRatio, harmonicity } = analyser.analyse(samples)
      level[0] = acPower
      bandNoise.push(bandPower)
      levelNoise.push(level)
      const isPossible = levelDbfs(acPower) >= params.minFrameDbfs && clippedRatio <= params.maxClippedRatio
      voicing = isPossible ? harmonicity : 0
      if (!isPossible) return 0
      return squash(0.35 * (bandSnrDb(bandPower) - 5) + 6 * (harmonicity - 0.4))
    },
    get voicing() {
      return voicing
    },
    get noiseDbfs() {
      return levelNoise.power[0] === Infinity ? MIN_LEVEL_DBFS : levelDbfs(levelNoise.power[0])
    },
    reset() {
      analyser.reset()
      bandNoise.reset()
      levelNoise.reset()
      voicing = 0
    },
  }
}

/** (−∞, ∞) → (0, 1) with exact arithmetic only, unlike the logistic. */
function squash(x: number): number {
  return 0.5 + (0.5 * x) / (1 + Math.abs(x))
}
