import { loadWasmModule, planMemory } from '../../wasm-module.js'
import { createDct } from '../dct.js'
import type { FeatureParams } from '../feature-params.js'
import { hannPeriodic } from '../hann.js'
import { createMelFilterbank } from '../mel-filterbank.js'
import type { MfccKernel, MfccKernelFactory } from '../mfcc.js'
import { powerScale } from '../power-spectrum.js'
import type { FrontEndExports } from './front-end-exports.js'
import { MIN_WASM_FFT, placeMelFilterbank, placeRealFft } from './place-tables.js'

/** Frames that are copied into the memory together: they stay in the nearest cache. */
const BLOCK_FRAMES = 8

/**
 * The front end in WASM SIMD: the reference's bits, many times as fast.
 *
 * @returns null where it cannot run; see `loadWasmModule`
 */
export function loadWasmMfcc(): MfccKernelFactory | null {
  const module = loadWasmModule('features/front-end.wasm')
  return module && ((params) => (params.nFft < MIN_WASM_FFT ? null : prepare(params, module)))
}

function prepare(params: FeatureParams, module: WebAssembly.Module): MfccKernel {
  const { frameLengthSamples, hopSamples, nFft, nMels, nMfcc } = params
  const blockSamples = (BLOCK_FRAMES - 1) * hopSamples + frameLengthSamples
  const plan = planMemory()
  const samplesAt = plan.reserve(4 * blockSamples)
  const outAt = plan.reserve(4 * BLOCK_FRAMES * nMfcc)
  const logMelAt = plan.reserve(4 * nMels)
  const spectrumBytes = 4 * (nFft / 2 + 1)
  const floats = Float32Array.of(params.preEmphasis, powerScale(frameLengthSamples), params.powerFloor)
  // `Mfcc` of src/features/assembly/front-end/mfcc.ts.
  const mfccAt = plan.place(
    Int32Array.of(
      placeRealFft(plan, nFft),
      placeMelFilterbank(plan, createMelFilterbank(params)),
      frameLengthSamples,
      hopSamples,
      nMfcc,
      ...new Int32Array(floats.buffer),
      plan.place(hannPeriodic(frameLengthSamples)),
      plan.place(paddedRows(createDct(nMels, nMfcc).matrix, nMfcc, nMels)),
      plan.reserve(4 * nFft),
      plan.reserve(spectrumBytes),
      plan.reserve(spectrumBytes),
      plan.reserve(spectrumBytes),
      logMelAt,
    ),
  )
  const { memory, exports, wipe } = plan.open(module)
  const { mfcc, logMel } = exports as FrontEndExports
  const block = new Float32Array(memory, samplesAt, blockSamples)
  const blockOut = new Float32Array(memory, outAt, BLOCK_FRAMES * nMfcc)
  const blockLogMel = new Float32Array(memory, logMelAt, nMels)

  return {
    framesInto(samples, offset, frames, out, outOffset) {
      for (let first = 0; first < frames; first += BLOCK_FRAMES) {
        const count = Math.min(BLOCK_FRAMES, frames - first)
        const from = offset + first * hopSamples
        // A loop where `set` would want a view made for each block.
        const length = (count - 1) * hopSamples + frameLengthSamples
        for (let i = 0; i < length; i++) block[i] = samples[from + i]
        mfcc(mfccAt, samplesAt, count, outAt)
        const to = outOffset + first * nMfcc
        for (let i = 0; i < count * nMfcc; i++) out[to + i] = blockOut[i]
      }
    },
    logMelInto(samples, offset, out) {
      for (let i = 0; i < frameLengthSamples; i++) block[i] = samples[offset + i]
      logMel(mfccAt, samplesAt)
      out.set(blockLogMel)
    },
    wipe,
  }
}

/** Rows filled up with zeros to whole registers. */
function paddedRows(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const width = 4 * Math.ceil(columns / 4)
  const padded = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    padded.set(matrix.subarray(row * columns, (row + 1) * columns), row * width)
  }
  return padded
}
