import t from 'tap'
import { inputShapeOf, membersOf } from '../../training/src/architectures/architecture.js'
import { ARCHITECTURE_NAMES, architectureByName } from '../../training/src/architectures/index.js'
import { networkCost } from '../../training/src/architectures/network-cost.js'
import { bandFilter, filterOf } from '../../training/src/dataset/band-image.js'
import { frontEndOf } from '../../training/src/dataset/front-end.js'
import { floatLogits } from '../../training/src/evaluate/float-network.js'
import { createRandom } from '../../training/src/random.js'
import { readyBackend } from '../../training/src/tf/backend.js'
import type { Example } from '../../training/src/train/example.js'
import { RECIPE_DEFAULTS } from '../../training/src/train/recipe.js'
import { initialTrainState, trainEpoch } from '../../training/src/train/trainer.js'

t.before(async () => {
  await readyBackend()
})

for (const name of [...ARCHITECTURE_NAMES, 'ensemble:cnn+tcn+gru']) {
  t.test(`${name} trains a step, decides, and tells its cost`, async (t) => {
    const architecture = architectureByName(name, 8)
    const front = frontEndOf(architecture)
    const random = createRandom(1)
    const windows = Array.from({ length: 4 }, () =>
      front.extract(Float32Array.from({ length: 40_000 }, () => 0.1 * random.normal())),
    ).map(({ data, frames }) => ({ mfcc: data, frames }))
    const examples = windows.map((window, label): Example => ({
      variants: [[window]],
      label,
      mask: new Float32Array(8).fill(1),
      corpus: 'made',
      speaker: 'made/1',
      sex: null,
      intensity: null,
    }))
    const shape = { batchSize: 4, frames: front.frames, coefficients: front.coefficients, labels: 8 }
    const state = initialTrainState(architecture, shape, 1)
    if (architecture.input === 'bands') {
      for (const parameters of [state.parameters, state.averaged]) {
        filterOf(parameters).set(bandFilter(examples, front.coefficients))
      }
    }
    const before = [...state.parameters.values()].map(({ values }) => values.slice())
    const report = trainEpoch(
      {
        architecture,
        shape,
        recipe: { ...RECIPE_DEFAULTS, epochs: 2 },
        seed: 1,
        examples,
        neutralLabel: 0,
        neutralLabels: [0],
        teachers: [],
        normaliseAndFit: front.normaliseAndFit,
      },
      state,
      () => undefined,
    )
    t.ok(Number.isFinite(report.loss))
    ;[...state.parameters.values()].forEach(({ name: part, values, isTrained }, n) => {
      if (isTrained)
        t.ok(
          values.some((v, i) => v !== before[n]?.[i]),
          `${part} learns`,
        )
      t.ok(values.every(Number.isFinite), `${part} is finite`)
    })
    const [logits] = floatLogits(architecture, state.averaged, windows)
    t.equal(logits?.length, 8)
    const cost = networkCost(architecture, inputShapeOf(architecture, front.frames, front.coefficients))
    t.ok(cost.parameters > 100 && cost.parameters <= 1e6, `${cost.parameters} parameters`)
    t.ok(cost.macs <= 60e6, `${cost.macs / 1e6} MMAC`)
  })
}

t.test('costs are those counted by hand', async (t) => {
  const grouped = {
    name: 'grouped',
    layers: [
      { op: 'conv2d', name: 'a', channels: 8, kernel: [3, 1], padding: 'valid' },
      { op: 'conv2d', name: 'b', channels: 8, kernel: [1, 1], padding: 'same', groups: 2 },
      { op: 'dense', name: 'c', units: 2 },
    ],
  } as const
  const { parameters, macs } = networkCost(grouped, [10, 1, 4])
  t.equal(parameters, 3 * 4 * 8 + 8 + (4 * 8 + 8) + (8 * 8 * 2 + 2))
  t.equal(macs, 8 * (3 * 4 * 8) + 8 * (4 * 8) + 8 * 8 * 2)
})

t.test('an ensemble costs what its members do, and mixes only what hears the same', async (t) => {
  const shape = [148, 40, 1] as const
  const one = networkCost(architectureByName('tcn', 8), shape)
  t.same(networkCost(architectureByName('ensemble:tcn+tcn', 8), shape), {
    parameters: 2 * one.parameters,
    macs: 2 * one.macs,
  })
  t.equal(membersOf(architectureByName('ensemble:tcn+cnn', 8)).length, 2)
  t.throws(() => architectureByName('ensemble:tcn+raw-cnn', 8), { code: 'TRAINING_BAD_ARCHITECTURE' })
  t.throws(() => architectureByName('ensemble:', 8), { code: 'TRAINING_UNKNOWN_ARCHITECTURE' })
})
