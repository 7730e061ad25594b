import fc from 'fast-check'
import t from 'tap'
import { loadTfjsGraph } from '../../../src/classify/tfjs-graph.js'
import { startTfjs } from '../../../src/classify/tfjs-runtime.js'
import type { Tfjs } from '../../../src/classify/tfjs.js'
import { ONNX_FILE } from '../../../src/nn/artefact-forms.js'
import { createNetwork } from '../../../src/nn/network.js'
import { packLayers } from '../../../src/nn/pack-layers.js'
import { elementCount } from '../../../src/nn/shapes.js'
import { formsOfSource } from '../../../training/src/export/forms.js'
import { hasOnnxRuntime, openOnnxSession } from '../../../training/src/export/onnx-session.js'
import { createRandom, randomBytes } from '../../nn/tiny-model.js'
import { skipUnlessPart } from '../../support/require-part.js'
import { randomNetwork, type RandomNetwork } from './random-network.js'

/** A rounding that falls on the other side in one layer may move the next by a step, and the logits by a few. */
const MAX_STEPS = 3
/** Logits are float32: a whole number of steps comes out as 3.0000006. */
const STEP_TOLERANCE = 1e-3
const INPUTS = 4

const needsOnnx = skipUnlessPart('onnxruntime-node (npm run bench:setup)', hasOnnxRuntime())
let tf: Tfjs

t.before(async () => {
  ;({ tf } = await startTfjs())
})

/** Logits of the engine, and real inputs that it takes for exactly the same int8. */
function examplesOf(network: RandomNetwork, seed: number) {
  const { layers, weights } = packLayers(network.layers, network.input.shape)
  const engine = createNetwork({ input: network.input, layers }, weights)
  const random = createRandom(seed)
  const { scale, zero_point: zeroPoint } = network.input
  return Array.from({ length: INPUTS }, () => {
    const quantized = randomBytes(random, elementCount(network.input.shape))
    return {
      real: Float32Array.from(quantized, (q) => scale * (q - zeroPoint)),
      expected: engine.run(quantized).slice(),
      output: engine.output,
    }
  })
}

/** Steps of the logits' quantisation by which a form is off, at most. */
function stepsApart(
  logits: ArrayLike<number>,
  { expected, output }: ReturnType<typeof examplesOf>[0],
): number {
  return Math.max(
    ...Array.from(expected, (q, k) =>
      Math.abs((logits[k] as number) / output.scale - (q - output.zero_point)),
    ),
  )
}

t.test('the TensorFlow.js form computes what the engine does, whatever the layers', async (t) => {
  let exact = 0
  let total = 0
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const network = randomNetwork(seed)
      const graph = loadTfjsGraph(tf, {
        manifest: { id: network.id, input: network.input },
        forms: new Map(Object.entries(formsOfSource(network))),
      })
      for (const example of examplesOf(network, seed)) {
        const logits = new Float32Array(example.expected.length)
        graph.logitsInto(example.real, logits)
        const apart = stepsApart(logits, example)
        if (apart > MAX_STEPS + STEP_TOLERANCE)
          throw new Error(`${apart} steps apart: ${JSON.stringify(network.layers.map(({ op }) => op))}`)
        if (apart < STEP_TOLERANCE) exact++
        total++
      }
      graph.dispose()
    }),
    { numRuns: 60 },
  )
  t.ok(exact / total > 0.98, `${exact} of ${total} byte for byte`)
})

t.test('the ONNX form computes what the engine does, whatever the layers', needsOnnx, async (t) => {
  let exact = 0
  let total = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(1e6), async (seed) => {
      const network = randomNetwork(seed)
      const session = await openOnnxSession(
        formsOfSource(network)[ONNX_FILE] as Uint8Array,
        network.input.shape,
      )
      for (const example of examplesOf(network, seed)) {
        const apart = stepsApart(await session.logits(example.real), example)
        if (apart > MAX_STEPS + STEP_TOLERANCE)
          throw new Error(`${apart} steps apart: ${JSON.stringify(network.layers.map(({ op }) => op))}`)
        if (apart < STEP_TOLERANCE) exact++
        total++
      }
      await session.release()
    }),
    { numRuns: 60 },
  )
  t.ok(exact / total > 0.98, `${exact} of ${total} byte for byte`)
})

t.test('the same network always gives the same files, of about the size of its weights', async (t) => {
  const network = randomNetwork(7)
  t.same(formsOfSource(network), formsOfSource(network))
  t.same(Object.keys(formsOfSource(network)), ['tfjs/model.json', 'tfjs/group1-shard1of1.bin', 'model.onnx'])
})
