import { join } from 'node:path'
import t from 'tap'
import { readyBackend } from '../../training/src/tf/backend.js'
import { readCheckpoint, writeCheckpoint } from '../../training/src/train/checkpoint.js'
import { initialTrainState, type TrainState } from '../../training/src/train/trainer.js'
import type { SceneMaterial } from '../../training/src/vad/scene.js'
import { targetsOfLevel } from '../../training/src/vad/speech-targets.js'
import { VAD_ARCHITECTURE } from '../../training/src/vad/vad-architecture.js'
import { trainVadEpoch, vadBatchShape, type VadTrainOptions } from '../../training/src/vad/vad-trainer.js'
import { fakeSpeech, sequence, whiteNoise } from '../support/synthetic-audio.js'

const OPTIONS: VadTrainOptions = {
  epochs: 2,
  scenesPerEpoch: 2,
  passes: 1,
  batchSize: 64,
  seed: 3,
  peakLearningRate: 4e-3,
  emaDecay: 0.9,
}

const room = whiteNoise(0.0003)
const signal = sequence([room, 0.5], [fakeSpeech(), 1], [room, 0.5])
const clip = Float32Array.from({ length: 32_000 }, (_, i) => signal(i))
const material: SceneMaterial = {
  speech: [[{ samples: clip, targets: targetsOfLevel(clip) }]],
  noise: [[Float32Array.from({ length: 16_000 }, (_, i) => whiteNoise(1, 5)(i))]],
}

const fresh = (): TrainState => initialTrainState(VAD_ARCHITECTURE, vadBatchShape(OPTIONS.batchSize), 3)

t.before(async () => {
  await readyBackend()
})

t.test('a run that was stopped after an epoch goes on to the same network', async (t) => {
  const whole = fresh()
  trainVadEpoch(whole, material, OPTIONS, () => {})
  const path = join(t.testdir(), 'checkpoint.bin')
  writeCheckpoint(path, OPTIONS, whole)
  const { loss, steps } = trainVadEpoch(whole, material, OPTIONS, () => {})
  t.ok(steps > 0 && Number.isFinite(loss))

  const resumed = fresh()
  t.ok(readCheckpoint(path, OPTIONS, resumed))
  trainVadEpoch(resumed, material, OPTIONS, () => {})
  t.same(resumed.averaged, whole.averaged)
})
