import fc from 'fast-check'
import t from 'tap'

import { createFrameCueMeter } from '../../src/gate/frame-cues.js'
import { DEFAULT_GATE_PARAMS } from '../../src/gate/gate-params.js'
import { fastestGateKernels, referenceGateKernels, type GateKernels } from '../../src/gate/gate-kernels.js'
import { VAD_CONTEXT_FRAMES } from '../../src/gate/vad-features.js'
import { loadWasmGateKernels } from '../../src/gate/wasm/wasm-gate-kernels.js'
import { arbitraryFrames } from '../support/arbitrary-frames.js'
import { bitsOf } from '../support/bits.js'
import { demoSpeech } from '../support/demo-speech.js'
import { framesOf, sequence, silence, sum, tone, whiteNoise } from '../support/synthetic-audio.js'

const wasm = loadWasmGateKernels() as GateKernels
const both = [wasm, referenceGateKernels]

t.test('WASM is built and chosen', async (t) => {
  t.ok(wasm)
  t.not(fastestGateKernels(), referenceGateKernels)
})

/** Everything that is measured of each frame. */
function measuresOf(kernels: GateKernels, frames: readonly Float32Array[]): string[] {
  const analyser = kernels.createFrameAnalyser()
  return frames.map((samples) => {
    const { acPower, clippedRatio, power, bandPower } = analyser.analyse(samples)
    return [acPower, clippedRatio, bitsOf(power), bitsOf(bandPower)].join()
  })
}

t.test('level and spectrum of any frames have the bits of the reference', async (t) => {
  fc.assert(
    fc.property(arbitraryFrames, (frames) => {
      const [ours, reference] = both.map((kernels) => measuresOf(kernels, frames).join())
      return ours === reference
    }),
    { numRuns: 200 },
  )
  t.pass()
})

t.test('the voicing of any spectrum has the bits of the reference', async (t) => {
  const [ours, reference] = both.map((kernels) => kernels.createHarmonicity())
  const nBins = 513
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.float({ min: 0, max: 10, noNaN: true }), fc.constantFrom(0, 1e-38, 1e-45)), {
        minLength: nBins,
        maxLength: nBins,
      }),
      fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 24, maxLength: 24 }),
      (power, weight) => {
        const [p, w] = [Float32Array.from(power), Float32Array.from(weight)]
        return Object.is(ours!.measure(p, w), reference!.measure(p, w))
      },
    ),
    { numRuns: 200 },
  )
  t.equal(ours!.measure(new Float32Array(nBins), new Float32Array(24).fill(1)), 0)
})

t.test('the context of any features has the bits of the reference, from the first frame on', async (t) => {
  const [ours, reference] = both.map((kernels) => kernels.createVadContext())
  fc.assert(
    fc.property(fc.infiniteStream(fc.float({ min: -8, max: 8, noNaN: true })), (values) => {
      for (let i = 0; i < ours!.features.length; i++) {
        ours!.features[i] = values.next().value as number
        reference!.features[i] = ours!.features[i]!
      }
      for (const frame of [0, 1, 7, 40, VAD_CONTEXT_FRAMES - 1]) {
        if (bitsOf(ours!.at(frame)) !== bitsOf(reference!.at(frame))) return false
      }
      return true
    }),
    { numRuns: 20 },
  )
  t.pass()
})

t.test('the logarithms of any band powers have the bits of the reference', async (t) => {
  const [ours, reference] = both.map((kernels) => kernels.createBandLogs())
  const arbitraryPower = fc.oneof(
    fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, 1e-45, 1e-11, 1, Infinity),
  )
  fc.assert(
    fc.property(fc.array(arbitraryPower, { minLength: 24, maxLength: 24 }), (powers) => {
      for (const logs of [ours!, reference!]) {
        logs.values.set(powers)
        logs.apply()
      }
      return bitsOf(ours!.values) === bitsOf(reference!.values)
    }),
    { numRuns: 500 },
  )
  t.pass()
})

t.test('a stream gives the cues of the reference, frame for frame, and again after a reset', async (t) => {
  const speech = await demoSpeech()
  const signal = sequence(
    [speech, 1.5],
    [silence, 2],
    [sum(whiteNoise(0.02), tone(180, 0.1)), 1],
    [(i) => 5 * tone(90, 1)(i), 0.3],
    [sum(speech, whiteNoise(0.003)), 1.5],
  )
  const [ours, reference] = both.map((kernels) => createFrameCueMeter(DEFAULT_GATE_PARAMS, kernels))
  for (const round of ['first', 'second']) {
    for (const { samples, startSample } of framesOf(signal, 6.3)) {
      const [a, b] = [ours!, reference!].map((meter) =>
        JSON.stringify([meter.measure(samples), meter.noiseDbfs]),
      )
      if (a !== b) t.equal(a, b, `${round} round, sample ${startSample}`)
    }
    ours!.reset()
    reference!.reset()
  }
  t.pass()
})
