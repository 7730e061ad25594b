import t from 'tap'
import { createRandom } from '../../training/src/random.js'
import type { Batch } from '../../training/src/train/batches.js'
import type { Example } from '../../training/src/train/example.js'
import { batchLoss, smoothedTarget } from '../../training/src/train/loss.js'

const example = (label: number, mask: number[]): Example => ({
  label,
  mask: Float32Array.from(mask),
  variants: [],
  corpus: 'made',
  speaker: 'made/1',
  sex: null,
  intensity: null,
})

const batchOf = (...examples: Example[]): Batch => ({
  inputs: new Float32Array(0),
  size: examples.length,
  parts: [{ examples, shares: new Float32Array(examples.length).fill(1) }],
})

t.test('an output that a corpus says nothing about is out of its loss and its gradient', async (t) => {
  const batch = batchOf(example(0, [1, 0, 1]))
  const low = batchLoss(Float32Array.of(1, -5, 0.5), batch, 0.1)
  const high = batchLoss(Float32Array.of(1, 50, 0.5), batch, 0.1)
  t.equal(low.value, high.value)
  t.same(low.dLogits, high.dLogits)
  t.equal(low.dLogits[1], 0)
  t.equal(high.accuracy, 1)
})

t.test('label smoothing stays within the mask and keeps the sum', async (t) => {
  const target = smoothedTarget(2, Float32Array.of(1, 0, 1, 1), 0.3)
  t.equal(target[1], 0)
  t.ok(Math.abs((target[0] as number) - 0.1) < 1e-6)
  t.ok(Math.abs((target[2] as number) - 0.8) < 1e-6)
  t.ok(Math.abs(target.reduce((a, b) => a + b) - 1) < 1e-6)
})

t.test('the gradient of a mixed, masked and taught batch agrees with differences', async (t) => {
  const random = createRandom(8)
  const a = [example(0, [1, 1, 0, 1]), example(3, [1, 1, 1, 1])]
  const b = [example(2, [1, 1, 1, 1]), example(1, [0, 1, 1, 0])]
  const batch: Batch = {
    inputs: new Float32Array(0),
    size: 2,
    parts: [
      { examples: a, shares: Float32Array.of(0.7, 0.9) },
      { examples: b, shares: Float32Array.of(0.3, 0.1) },
    ],
  }
  const teacher = {
    probabilities: Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.7, 0.1, 0.1, 0.1),
    temperature: 2,
    weight: 0.4,
  }
  const logits = Float32Array.from({ length: 8 }, () => random.normal())
  const { dLogits } = batchLoss(logits, batch, 0.1, teacher)
  for (let i = 0; i < 8; i++) {
    const at = (delta: number): number =>
      batchLoss(
        logits.map((z, k) => z + (k === i ? delta : 0)),
        batch,
        0.1,
        teacher,
      ).value
    const numeric = (at(1e-2) - at(-1e-2)) / 2e-2
    // The teacher's part is scaled by T² in gradient and loss alike.
    t.ok(Math.abs(numeric - (dLogits[i] as number)) < 1e-3, `logit ${i}: ${numeric} against ${dLogits[i]}`)
  }
})
