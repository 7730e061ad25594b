import fc from 'fast-check'
import t from 'tap'

import { FEATURE_PARAMS, type FeatureParams } from '../../src/features/feature-params.js'
import { createMfccExtractor, fastestMfcc, type MfccKernelFactory } from '../../src/features/mfcc.js'
import { createRealFft } from '../../src/features/real-fft.js'
import { referenceMfcc } from '../../src/features/reference-mfcc.js'
import type { FrontEndExports } from '../../src/features/wasm/front-end-exports.js'
import { MIN_WASM_FFT, placeRealFft } from '../../src/features/wasm/place-tables.js'
import { loadWasmMfcc } from '../../src/features/wasm/wasm-mfcc.js'
import { loadWasmModule, planMemory } from '../../src/wasm-module.js'
import { arbitrarySample } from '../support/arbitrary-frames.js'
import { bitsOf } from '../support/bits.js'
import { noise } from './signals.js'

const wasm = loadWasmMfcc() as MfccKernelFactory

/** Noise of any level with some values that break careless arithmetic: one by one, all of them would be slow to draw. */
const arbitrarySignal = (length: number): fc.Arbitrary<Float32Array> =>
  fc
    .tuple(
      fc.constantFrom(0, 1e-30, 1e-6, 0.1, 4),
      fc.integer(),
      fc.array(fc.tuple(fc.nat(length - 1), arbitrarySample)),
    )
    .map(([amplitude, seed, exceptions]) => {
      const signal = noise(length, amplitude, seed)
      for (const [at, value] of exceptions) signal[at] = value
      return signal
    })

const arbitraryParams: fc.Arbitrary<FeatureParams> = fc
  .record({
    nFft: fc.constantFrom(16, 32, 64, 128, 256, 512, 1024),
    frameShare: fc.double({ min: 0.3, max: 1, noNaN: true }),
    hopShare: fc.double({ min: 0.05, max: 1, noNaN: true }),
    nMels: fc.integer({ min: 1, max: 70 }),
    mfccShare: fc.double({ min: 0, max: 1, noNaN: true }),
    preEmphasis: fc.constantFrom(0, 0.97, 0.5),
    fMinHz: fc.constantFrom(0, 50, 300),
    fMaxHz: fc.constantFrom(3000, 7600, 8000),
    powerFloor: fc.constantFrom(2 ** -126, 1e-12, 1e-3),
  })
  .map(({ frameShare, hopShare, mfccShare, ...rest }) => {
    const frameLengthSamples = Math.max(1, Math.floor(rest.nFft * frameShare))
    return {
      ...FEATURE_PARAMS,
      ...rest,
      frameLengthSamples,
      hopSamples: Math.max(1, Math.floor(frameLengthSamples * hopShare)),
      nMfcc: Math.max(1, Math.ceil(rest.nMels * mfccShare)),
    }
  })

t.test('WASM is built and chosen', async (t) => {
  t.ok(wasm)
  t.not(fastestMfcc(), referenceMfcc)
})

t.test('the transform gives the bits of the reference, whatever its length and values', async (t) => {
  const module = loadWasmModule('features/front-end.wasm') as WebAssembly.Module
  for (let n = MIN_WASM_FFT; n <= 4096; n *= 2) {
    const plan = planMemory()
    const [fftAt, xAt, reAt, imAt] = [
      placeRealFft(plan, n),
      plan.reserve(4 * n),
      plan.reserve(2 * n + 4),
      plan.reserve(2 * n + 4),
    ]
    const { memory, exports } = plan.open(module)
    const [re, im] = [reAt, imAt].map((at) => new Float32Array(memory, at, n / 2 + 1)) as [
      Float32Array,
      Float32Array,
    ]
    const reference = createRealFft(n)
    const [expectedRe, expectedIm] = [new Float32Array(n / 2 + 1), new Float32Array(n / 2 + 1)]
    fc.assert(
      fc.property(arbitrarySignal(n), (x) => {
        new Float32Array(memory, xAt, n).set(x)
        ;(exports as FrontEndExports).realFft(fftAt, xAt, reAt, imAt)
        reference.transformInto(x, expectedRe, expectedIm)
        return bitsOf(re) === bitsOf(expectedRe) && bitsOf(im) === bitsOf(expectedIm)
      }),
      { numRuns: 40 },
    )
  }
  t.pass()
})

t.test(
  'MFCCs and log-mel energies have the bits of the reference, whatever the params and samples',
  async (t) => {
    fc.assert(
      fc.property(
        arbitraryParams.chain((params) =>
          fc.tuple(
            fc.constant(params),
            arbitrarySignal(params.frameLengthSamples + 20 * params.hopSamples + 3),
          ),
        ),
        ([params, signal]) => {
          const [ours, reference] = [wasm, referenceMfcc].map((kernel) => createMfccExtractor(params, kernel))
          const [logMel, expected] = [new Float32Array(params.nMels), new Float32Array(params.nMels)]
          ours!.logMelInto(signal, 3, logMel)
          reference!.logMelInto(signal, 3, expected)
          return (
            bitsOf(ours!.extract(signal).data) === bitsOf(reference!.extract(signal).data) &&
            bitsOf(logMel) === bitsOf(expected)
          )
        },
      ),
      { numRuns: 300 },
    )
    t.pass()
  },
)

t.test('what lies beside the frame in the output is left alone', async (t) => {
  const { nMfcc, frameLengthSamples, hopSamples } = FEATURE_PARAMS
  const extractor = createMfccExtractor(FEATURE_PARAMS, wasm)
  const signal = noise(frameLengthSamples + 10 * hopSamples, 0.1)
  const out = new Float32Array(nMfcc * 3).fill(7)
  extractor.frameInto(signal, 10 * hopSamples, out, nMfcc)
  t.ok(out.subarray(0, nMfcc).every((x) => x === 7) && out.subarray(2 * nMfcc).every((x) => x === 7))
  const { data } = extractor.extract(signal)
  t.equal(bitsOf(out.subarray(nMfcc, 2 * nMfcc)), bitsOf(data.subarray(10 * nMfcc)))
})

t.test('a transform too short for the vectors is the reference', async (t) => {
  const params = { ...FEATURE_PARAMS, nFft: 8, frameLengthSamples: 8, hopSamples: 4, nMels: 2, nMfcc: 2 }
  t.equal(wasm(params), null)
  const signal = noise(100, 0.3)
  t.same(
    createMfccExtractor(params, wasm).extract(signal),
    createMfccExtractor(params, referenceMfcc).extract(signal),
  )
})
