import { hannPeriodic } from '../../features/hann.js'
import { placeMelFilterbank, placeRealFft } from '../../features/wasm/place-tables.js'
import { FRAME_SAMPLES } from '../../units.js'
import { loadWasmModule, planMemory, type Address } from '../../wasm-module.js'
import { ANALYSIS_SAMPLES, N_FFT } from '../analysis-window.js'
import { bandOfBins, createBandFilterbank, N_BANDS } from '../bands.js'
import {
  CLIP_LEVEL,
  HIGH_PASS_POLE,
  POWER_SCALE,
  type FrameAnalyser,
  type FrameMeasures,
} from '../frame-analyser.js'
import type { GateKernels } from '../gate-kernels.js'
import { FIRST_BIN, LAST_BIN, MAX_LAG, MIN_LAG, windowEnvelope, type Harmonicity } from '../harmonicity.js'
import {
  VAD_CONTEXT_FRAMES,
  VAD_CONTEXT_ROWS,
  VAD_FEATURE_PARAMS,
  VAD_FEATURES,
  type BandLogs,
  type VadContext,
} from '../vad-features.js'

/** What `src/gate/assembly/cues.ts` exports; each function is described in `assembly/cues/`. */
interface CueExports {
  analyse(plan: Address, samples: Address, isFirst: number): void
  harmonicity(plan: Address): number
  context(plan: Address, frame: number): void
  flooredLog(x: Address, count: number, floor: number): void
}

const N_BINS = N_FFT / 2 + 1

/**
 * The gate's arithmetic in WASM SIMD: the reference's bits, many times as fast.
 *
 * @returns null where it cannot run; see `loadWasmModule`
 */
export function loadWasmGateKernels(): GateKernels | null {
  const module = loadWasmModule('gate/cues.wasm')
  return (
    module && {
      createFrameAnalyser: () => createFrameAnalyser(module),
      createHarmonicity: () => createHarmonicity(module),
      createVadContext: () => createVadContext(module),
      createBandLogs: () => createBandLogs(module),
    }
  )
}

/** `FrameAnalyser` of src/gate/assembly/cues/frame-analyser.ts. */
function createFrameAnalyser(module: WebAssembly.Module): FrameAnalyser {
  const plan = planMemory()
  const samplesAt = plan.reserve(4 * FRAME_SAMPLES)
  const historyAt = plan.reserve(4 * ANALYSIS_SAMPLES)
  const powerAt = plan.reserve(4 * N_BINS)
  const bandPowerAt = plan.reserve(4 * N_BANDS)
  // lastIn, lastOut, acPower, clippedRatio
  const stateAt = plan.reserve(8 * 4)
  const analyserAt = plan.place(
    Int32Array.of(
      placeRealFft(plan, N_FFT),
      placeMelFilterbank(plan, createBandFilterbank()),
      FRAME_SAMPLES,
      ANALYSIS_SAMPLES,
      plan.place(hannPeriodic(ANALYSIS_SAMPLES)),
      historyAt,
      plan.reserve(4 * N_FFT),
      plan.reserve(4 * N_BINS),
      plan.reserve(4 * N_BINS),
      powerAt,
      bandPowerAt,
      plan.place(Float64Array.of(HIGH_PASS_POLE, CLIP_LEVEL, POWER_SCALE)),
      stateAt,
    ),
  )
  const { memory, exports, wipe } = plan.open(module)
  const { analyse } = exports as CueExports
  const input = new Float32Array(memory, samplesAt, FRAME_SAMPLES)
  const state = new Float64Array(memory, stateAt, 4)
  const measures: FrameMeasures = {
    acPower: 0,
    clippedRatio: 0,
    power: new Float32Array(memory, powerAt, N_BINS),
    bandPower: new Float32Array(memory, bandPowerAt, N_BANDS),
  }
  let isEmpty = true
  return {
    analyse(samples) {
      input.set(samples)
      analyse(analyserAt, samplesAt, isEmpty ? 1 : 0)
      isEmpty = false
      measures.acPower = state[2]
      measures.clippedRatio = state[3]
      return measures
    },
    reset() {
      wipe()
      isEmpty = true
    },
  }
}

/** `Harmonicity` of src/gate/assembly/cues/harmonicity.ts. */
function createHarmonicity(module: WebAssembly.Module): Harmonicity {
  const plan = planMemory()
  const powerAt = plan.reserve(4 * N_BINS)
  const bandWeightAt = plan.reserve(4 * N_BANDS)
  const harmonicityAt = plan.place(
    Int32Array.of(
      placeRealFft(plan, N_FFT),
      FIRST_BIN,
      LAST_BIN,
      MIN_LAG,
      MAX_LAG,
      powerAt,
      bandWeightAt,
      plan.place(bandOfBins(createBandFilterbank())),
      plan.reserve(4 * N_FFT),
      plan.reserve(4 * N_BINS),
      plan.reserve(4 * N_BINS),
      plan.place(windowEnvelope()),
    ),
  )
  const { memory, exports, wipe } = plan.open(module)
  const { harmonicity } = exports as CueExports
  const inputPower = new Float32Array(memory, powerAt, N_BINS)
  const inputWeight = new Float32Array(memory, bandWeightAt, N_BANDS)
  return {
    measure(power, bandWeight) {
      inputPower.set(power)
      inputWeight.set(bandWeight)
      return harmonicity(harmonicityAt)
    },
    wipe,
  }
}

/** `Context` of src/gate/assembly/cues/context.ts. */
function createVadContext(module: WebAssembly.Module): VadContext {
  const plan = planMemory()
  const featuresAt = plan.reserve(4 * VAD_CONTEXT_FRAMES * VAD_FEATURES)
  const outAt = plan.reserve(4 * VAD_CONTEXT_ROWS * VAD_FEATURES)
  const contextAt = plan.place(
    Int32Array.of(
      VAD_CONTEXT_ROWS,
      VAD_FEATURES,
      plan.place(Int32Array.from(VAD_FEATURE_PARAMS.contextFrames)),
      featuresAt,
      outAt,
    ),
  )
  const { memory, exports, wipe } = plan.open(module)
  const { context } = exports as CueExports
  const out = new Float32Array(memory, outAt, VAD_CONTEXT_ROWS * VAD_FEATURES)
  return {
    features: new Float32Array(memory, featuresAt, VAD_CONTEXT_FRAMES * VAD_FEATURES),
    at(frame) {
      context(contextAt, frame)
      return out
    },
    wipe,
  }
}

function createBandLogs(module: WebAssembly.Module): BandLogs {
  const plan = planMemory()
  const valuesAt = plan.reserve(4 * N_BANDS)
  const { memory, exports } = plan.open(module)
  const { flooredLog } = exports as CueExports
  const floor = Math.fround(VAD_FEATURE_PARAMS.minBandPower)
  return {
    values: new Float32Array(memory, valuesAt, N_BANDS),
    apply: () => flooredLog(valuesAt, N_BANDS, floor),
  }
}
