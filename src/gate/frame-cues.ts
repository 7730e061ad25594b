import { N_BANDS } from './bands.js'
import type { GateParams } from './gate-params.js'
import { fastestGateKernels, type GateKernels } from './gate-kernels.js'
import { levelDbfs, MIN_LEVEL_DBFS } from './level.js'
import { NoiseFloor } from './noise-floor.js'
import { ANALYSIS_SAMPLES } from './analysis-window.js'
import { FRAME_SAMPLES } from '../units.js'

/**
 * Smoothing and bias of the background's estimates. A band of a few bins varies much from frame to frame; the level of
 * a whole frame hardly does, so it can follow the troughs between syllables.
 */
const BAND_NOISE = { smoothing: 0.8, bias: 1.7 } as const
const LEVEL_NOISE = { smoothing: 0.3, bias: 1.2 } as const
/**
 * Fainter frames, below −90 dBFS, are no background to track: a muted microphone that comes to life would stand above
 * it with everything it hears.
 */
const MIN_BACKGROUND_POWER = 1e-9
/** So many frames an analysis window reaches over: after silence, the first windows hold some of it. */
const WINDOW_FRAMES = Math.ceil(ANALYSIS_SAMPLES / FRAME_SAMPLES)
/** Bands that do not stand above the background still count so much, so that a stream may begin with speech. */
const MIN_BAND_WEIGHT = 0.15

/** What a detector may go by. Overwritten by the next frame. */
export interface FrameCues {
  /** False for a frame that is too faint or clipped: no speech, whatever else it shows. */
  isPossible: boolean
  /** Mean square about the frame's own mean, full scale = 1. */
  acPower: number
  /** Mean bin power in each mel band, shape [N_BANDS]. */
  readonly bandPower: Float32Array
  /** The background's estimate in each band, shape [N_BANDS]; Infinity while there is none. */
  readonly bandNoise: Float64Array
  /** How periodic the frame is where it stands above the background, 0 … 1; 0 where it is not possible speech. */
  voicing: number
}

export interface FrameCueMeter {
  /** @param samples FRAME_SAMPLES samples; not retained */
  measure(samples: Float32Array): FrameCues
  /** Present estimate of the background's level, dBFS. */
  readonly noiseDbfs: number
  reset(): void
}

/**
 * Measures each frame against a background that is followed by minimum statistics.
 *
 * @param kernels default: the fastest that there are
 */
export function createFrameCueMeter(
  params: Pick<GateParams, 'minFrameDbfs' | 'maxClippedRatio'>,
  kernels: GateKernels = fastestGateKernels(),
): FrameCueMeter {
  const analyser = kernels.createFrameAnalyser()
  const harmonicity = kernels.createHarmonicity()
  const bandNoise = new NoiseFloor(N_BANDS, BAND_NOISE.smoothing, BAND_NOISE.bias)
  const levelNoise = new NoiseFloor(1, LEVEL_NOISE.smoothing, LEVEL_NOISE.bias)
  const level = new Float64Array(1)
  const bandWeight = new Float32Array(N_BANDS)
  // What came before a stream is taken to be like it.
  let audibleFrames = WINDOW_FRAMES
  let cues: FrameCues | undefined

  /** Wiener's gain of each band. */
  function weighBands(bandPower: Float32Array): void {
    for (let b = 0; b < N_BANDS; b++) {
      const gain = bandPower[b] > 0 ? 1 - bandNoise.power[b] / bandPower[b] : 0
      bandWeight[b] = Math.max(MIN_BAND_WEIGHT, gain)
    }
  }

  function followBackground(acPower: number, bandPower: Float32Array): void {
    level[0] = acPower
    levelNoise.push(level)
    audibleFrames = acPower >= MIN_BACKGROUND_POWER ? Math.min(WINDOW_FRAMES, audibleFrames + 1) : 0
    if (audibleFrames === WINDOW_FRAMES) bandNoise.push(bandPower)
  }

  return {
    measure(samples) {
      const { acPower, power, bandPower, clippedRatio } = analyser.analyse(samples)
      followBackground(acPower, bandPower)
      cues ??= { isPossible: false, acPower, bandPower, bandNoise: bandNoise.power, voicing: 0 }
      cues.acPower = acPower
      cues.isPossible = levelDbfs(acPower) >= params.minFrameDbfs && clippedRatio <= params.maxClippedRatio
      if (cues.isPossible) weighBands(bandPower)
      cues.voicing = cues.isPossible ? harmonicity.measure(power, bandWeight) : 0
      return cues
    },
    get noiseDbfs() {
      return levelNoise.power[0] === Infinity ? MIN_LEVEL_DBFS : levelDbfs(levelNoise.power[0])
    },
    reset() {
      analyser.reset()
      harmonicity.wipe()
      bandWeight.fill(0)
      level.fill(0)
      bandNoise.reset()
      levelNoise.reset()
      audibleFrames = WINDOW_FRAMES
    },
  }
}
