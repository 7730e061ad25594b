import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { architectureByName } from '../../training/src/architectures/index.js'
import type { Architecture } from '../../training/src/architectures/architecture.js'
import { createRandom } from '../../training/src/random.js'
import { readyBackend } from '../../training/src/tf/backend.js'
import { readCheckpoint, writeCheckpoint } from '../../training/src/train/checkpoint.js'
import type { Example, NormaliseAndFit } from '../../training/src/train/example.js'
import { RECIPE_DEFAULTS } from '../../training/src/train/recipe.js'
import {
  initialTrainState,
  trainEpoch,
  type TrainState,
  type TrainTask,
} from '../../training/src/train/trainer.js'

t.before(async () => {
  await readyBackend()
})

const shape = { batchSize: 8, frames: 16, coefficients: 8, labels: 3 }
const architecture: Architecture = {
  name: 'small',
  layers: [
    { op: 'conv2d', name: 'conv', channels: 6, kernel: [3, 3], padding: 'same' },
    { op: 'avg_pool2d', name: 'pool', kernel: [2, 2] },
    { op: 'stats_pool', name: 'stats' },
    { op: 'dropout', name: 'dropout', rate: 0.1 },
    { op: 'dense', name: 'logits', units: 3 },
  ],
}
const recipe = {
  ...RECIPE_DEFAULTS,
  epochs: 8,
  peakLearningRate: 1e-2,
  emaDecay: 0.9,
  balance: 0.5,
  augment: { ...RECIPE_DEFAULTS.augment, timeMaskFrames: 2, coefficientMaskWidth: 1, copyPasteShare: 0.3 },
}
const copy: NormaliseAndFit = (mfcc, frames, out) => {
  for (let i = 0; i < out.length; i++) out[i] = mfcc[i % (frames * shape.coefficients)] as number
}

function examples(): Example[] {
  const random = createRandom(5)
  return Array.from({ length: 48 }, (_, n) => {
    const label = n % 3
    const mfcc = Float32Array.from(
      { length: 20 * 8 },
      (__, i) => random.normal() * 0.3 + (i % 8 === label ? 1.5 : 0),
    )
    const known = { corpus: 'made', speaker: `made/${n % 4}`, sex: null, intensity: null }
    return { label, variants: [[{ mfcc, frames: 20 }]], mask: new Float32Array(3).fill(1), ...known }
  })
}

const task: TrainTask = {
  architecture,
  shape,
  recipe,
  seed: 3,
  examples: examples(),
  neutralLabel: 0,
  neutralLabels: [0],
  teachers: [],
  normaliseAndFit: copy,
}

function run(state: TrainState, epochs: number, what = task): number[] {
  const losses: number[] = []
  while (state.epochsDone < epochs) losses.push(trainEpoch(what, state, () => undefined).loss)
  return losses
}

t.test('training lowers the loss', async (t) => {
  const losses = run(initialTrainState(architecture, shape, 3), 8)
  t.ok((losses.at(-1) as number) < 0.8 * (losses[0] as number), `losses ${losses.map((l) => l.toFixed(2))}`)
})

t.test('a run that was stopped and resumed ends with the same network', async (t) => {
  const whole = initialTrainState(architecture, shape, 3)
  run(whole, 4)
  const path = join(t.testdir(), 'checkpoint.bin')
  const first = initialTrainState(architecture, shape, 3)
  run(first, 2)
  writeCheckpoint(path, { name: 'small' }, first)
  const second = initialTrainState(architecture, shape, 3)
  t.equal(readCheckpoint(path, { name: 'small' }, second), true)
  run(second, 4)
  for (const [name, { values }] of whole.averaged) t.same(second.averaged.get(name)?.values, values, name)
})

t.test('a pupil follows its teacher where no label tells it to', async (t) => {
  const teacher = initialTrainState(architecture, shape, 3)
  run(teacher, 8)
  const network = { architecture, parameters: teacher.averaged }
  // Labels that say nothing: each example has each class in turn.
  const unlabelled = examples().map((example, n) => ({ ...example, label: Math.floor(n / 3) % 3 }))
  const pupil = initialTrainState(architecture, shape, 4)
  const lesson = { ...recipe, teacherWeight: 1, balance: 0 }
  run(pupil, 8, { ...task, examples: unlabelled, recipe: lesson, teachers: [network] })
  const judged = trainEpoch(
    { ...task, recipe: { ...recipe, peakLearningRate: 0, augment: { ...recipe.augment, mixupAlpha: 0 } } },
    pupil,
    () => undefined,
  )
  t.ok(judged.accuracy > 0.6, `accuracy ${judged.accuracy} on the true labels`)
})

t.test('a checkpoint of another run, and a damaged one, are refused', async (t) => {
  const path = join(t.testdir(), 'checkpoint.bin')
  const state = initialTrainState(architecture, shape, 3)
  t.equal(readCheckpoint(path, {}, state), false, 'none there yet')
  writeCheckpoint(path, { seed: 1 }, state)
  t.throws(() => readCheckpoint(path, { seed: 2 }, state), { code: 'TRAINING_CHECKPOINT' })
  writeFileSync(path, readFileSync(path).subarray(0, -4))
  t.throws(() => readCheckpoint(path, { seed: 1 }, state), { code: 'TRAINING_CHECKPOINT' })
})

t.test('an unknown architecture is refused with the choices', async (t) => {
  t.throws(() => architectureByName('constructor', 8), {
    code: 'TRAINING_UNKNOWN_ARCHITECTURE',
    message: /cnn/,
  })
})
