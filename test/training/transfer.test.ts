import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Architecture } from '../../training/src/architectures/architecture.js'
import { encodeFloatWeights } from '../../training/src/evaluate/float-weights.js'
import { createRandom } from '../../training/src/random.js'
import { readyBackend } from '../../training/src/tf/backend.js'
import { readCheckpoint, writeCheckpoint } from '../../training/src/train/checkpoint.js'
import type { Example, NormaliseAndFit } from '../../training/src/train/example.js'
import { RECIPE_DEFAULTS } from '../../training/src/train/recipe.js'
import { initialTrainState, trainEpoch, type TrainTask } from '../../training/src/train/trainer.js'
import { frozenLayersOf, prepareForInt8, startFrom } from '../../training/src/train/transfer.js'

t.before(async () => {
  await readyBackend()
})

const shape = { batchSize: 8, frames: 148, coefficients: 40, labels: 3 }
const architecture: Architecture = {
  name: 'small',
  input: 'sequence',
  layers: [
    { op: 'conv2d', name: 'conv1', channels: 6, kernel: [3, 1], padding: 'same' },
    { op: 'avg_pool2d', name: 'pool', kernel: [4, 1] },
    { op: 'conv2d', name: 'conv2', channels: 6, kernel: [3, 1], padding: 'same' },
    { op: 'stats_pool', name: 'stats' },
    { op: 'dropout', name: 'dropout', rate: 0.1 },
    { op: 'dense', name: 'logits', units: 3 },
  ],
}
const copy: NormaliseAndFit = (mfcc, frames, out) => {
  for (let i = 0; i < out.length; i++) out[i] = mfcc[i % (frames * 40)] as number
}
const random = createRandom(5)
const examples = Array.from({ length: 24 }, (_, n): Example => {
  const label = n % 3
  const mfcc = Float32Array.from(
    { length: 60 * 40 },
    (__, i) => random.normal() * 0.3 + (i % 8 === label ? 1.5 : 0),
  )
  return {
    label,
    variants: [[{ mfcc, frames: 60 }]],
    mask: new Float32Array(3).fill(1),
    corpus: 'made',
    speaker: `made/${n % 4}`,
    sex: n % 2 === 0 ? 'female' : 'male',
    intensity: n % 5 === 0 ? null : 'strong',
  }
})
const auxiliary = { sexWeight: 0.3, intensityWeight: 0.2 }
const task: TrainTask = {
  architecture,
  shape,
  recipe: { ...RECIPE_DEFAULTS, epochs: 6, peakLearningRate: 1e-2, emaDecay: 0.9, auxiliary },
  seed: 3,
  examples,
  neutralLabel: 0,
  neutralLabels: [0],
  teachers: [],
  normaliseAndFit: copy,
}
const quiet = (): void => undefined

t.test(
  'a network starts from float weights, auxiliary heads left out, and only its last layers learn',
  async (t) => {
    const first = initialTrainState(architecture, shape, 3, auxiliary)
    t.ok(first.parameters.has('auxiliary-sex/kernel'))
    trainEpoch(task, first, quiet)
    const path = join(t.testdir(), 'float.bin')
    writeFileSync(path, encodeFloatWeights('small', first.averaged))
    const second = initialTrainState(architecture, shape, 9)
    t.same(startFrom(path, architecture, second), [])
    const before = new Map([...second.parameters].map(([name, { values }]) => [name, values.slice()]))
    t.same(before.get('conv1/filter'), first.averaged.get('conv1/filter')?.values)
    const frozenLayers = frozenLayersOf(architecture, 2)
    t.equal(frozenLayers, 2)
    const plain = { ...task, frozenLayers, recipe: { ...task.recipe, auxiliary: RECIPE_DEFAULTS.auxiliary } }
    trainEpoch(plain, second, quiet)
    for (const [name, { values }] of second.parameters) {
      const isSame = values.every((v, i) => v === before.get(name)?.[i])
      t.equal(isSame, name.startsWith('conv1'), name)
    }
  },
)

t.test('outputs that differ start from nothing; another architecture is refused', async (t) => {
  const path = join(t.testdir(), 'float.bin')
  const state = initialTrainState(architecture, shape, 3)
  writeFileSync(path, encodeFloatWeights('small', state.averaged))
  const wider = {
    ...architecture,
    layers: [...architecture.layers.slice(0, -1), { op: 'dense', name: 'logits', units: 4 }],
  } as Architecture
  t.same(startFrom(path, wider, initialTrainState(wider, shape, 3)), ['logits/kernel', 'logits/bias'])
  const other = { name: 'other', layers: [{ op: 'dense', name: 'x', units: 3 }] } as const
  t.throws(() => startFrom(path, other, initialTrainState(other, shape, 3)), {
    code: 'TRAINING_FLOAT_WEIGHTS',
  })
  t.throws(() => startFrom('/nowhere', architecture, state), { code: 'TRAINING_NO_RUN' })
})

t.test('auxiliary heads learn beside the network, and a resumed run ends with the same one', async (t) => {
  const whole = initialTrainState(architecture, shape, 3, auxiliary)
  const start = whole.parameters.get('auxiliary-intensity/kernel')?.values.slice()
  for (let n = 0; n < 3; n++) trainEpoch(task, whole, quiet)
  t.notOk(whole.parameters.get('auxiliary-intensity/kernel')?.values.every((v, i) => v === start?.[i]))
  const path = join(t.testdir(), 'checkpoint.bin')
  const stopped = initialTrainState(architecture, shape, 3, auxiliary)
  trainEpoch(task, stopped, quiet)
  writeCheckpoint(path, {}, stopped)
  const resumed = initialTrainState(architecture, shape, 3, auxiliary)
  readCheckpoint(path, {}, resumed)
  for (let n = 0; n < 2; n++) trainEpoch(task, resumed, quiet)
  for (const [name, { values }] of whole.averaged) {
    t.ok(
      values.every((v, i) => v === resumed.averaged.get(name)?.values[i]),
      name,
    )
  }
})

t.test('quantisation-aware training goes on from a trained network and lowers its loss', async (t) => {
  const plain = { ...task, recipe: { ...task.recipe, auxiliary: RECIPE_DEFAULTS.auxiliary } }
  const state = initialTrainState(architecture, shape, 3)
  const before = trainEpoch(plain, state, quiet)
  const fresh = initialTrainState(architecture, shape, 3)
  for (const [name, { values }] of fresh.parameters) values.set(state.parameters.get(name)?.values ?? [])
  for (const [name, { values }] of fresh.averaged) values.set(state.averaged.get(name)?.values ?? [])
  const quantizations = prepareForInt8(architecture, fresh, examples, 1)
  t.same([...quantizations.keys()].slice(0, 2), ['input', 'conv1'])
  const aware = { ...plain, quantizations }
  let after = trainEpoch(aware, fresh, quiet)
  for (let n = 0; n < 4; n++) after = trainEpoch(aware, fresh, quiet)
  t.ok(after.loss < before.loss, `${after.loss} after ${before.loss}`)
  t.ok(
    fresh.parameters.get('conv1/gamma')?.values.every((g) => g === 1),
    'the normalisation stays folded in',
  )
  const recurrent: Architecture = { name: 'r', layers: [{ op: 'gru', name: 'g', units: 2 }] }
  t.throws(() => prepareForInt8(recurrent, fresh, examples, 1), { code: 'TRAINING_NOT_QUANTIZABLE' })
})
