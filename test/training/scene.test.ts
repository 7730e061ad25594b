import t from 'tap'
import { createRandom } from '../../training/src/random.js'
import { drawScene, type SceneMaterial } from '../../training/src/vad/scene.js'
import { SPEECH, targetsOfLevel } from '../../training/src/vad/speech-targets.js'
import { measureScene, vadBatches } from '../../training/src/vad/vad-examples.js'
import { fakeSpeech, sequence, whiteNoise } from '../support/synthetic-audio.js'

const room = whiteNoise(0.0003)
const signal = sequence([room, 0.5], [fakeSpeech(), 1], [room, 0.5])
const clip = Float32Array.from({ length: 32_000 }, (_, i) => signal(i))
const material: SceneMaterial = {
  speech: [[{ samples: clip, targets: targetsOfLevel(clip) }]],
  noise: [[Float32Array.from({ length: 16_000 }, (_, i) => whiteNoise(1)(i))]],
}

t.test('the same seed draws the same scene, another seed another', async (t) => {
  t.same(drawScene(material, createRandom(7)), drawScene(material, createRandom(7)))
  t.not(
    drawScene(material, createRandom(7)).samples.length,
    drawScene(material, createRandom(8)).samples.length,
  )
})

t.test('scenes have a target a frame and stay within full scale', async (t) => {
  const random = createRandom(3)
  const scenes = Array.from({ length: 12 }, () => drawScene(material, random))
  for (const { samples, targets } of scenes) {
    t.equal(samples.length, targets.length * 320)
    t.ok(samples.every((x) => x >= -1 && x <= 1))
  }
  const frames = scenes.flatMap(({ targets }) => [...targets])
  const share = frames.filter((target) => target === SPEECH).length / frames.length
  t.ok(share > 0.1 && share < 0.8, `${share} speech`)
})

t.test('batches hold frames with a known target, each row one of the two', async (t) => {
  const random = createRandom(5)
  const scenes = Array.from({ length: 6 }, () => measureScene(drawScene(material, random)))
  const usable = scenes.reduce((sum, scene) => sum + scene.usable.length, 0)
  const batches = [...vadBatches(scenes, 64, random)]
  t.equal(batches.length, Math.floor(usable / 64))
  for (const { inputs, targets, size } of batches) {
    t.equal(size, 64)
    t.ok(inputs.every(Number.isFinite))
    for (let i = 0; i < size; i++) t.equal((targets[2 * i] as number) + (targets[2 * i + 1] as number), 1)
  }
})
