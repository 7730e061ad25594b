import * as tf from '@tensorflow/tfjs'
import type { LayerPass, LayerWeights } from '../../training/src/layers/layer.js'

/** A tensor that a test may nudge. */
export interface Values {
  readonly values: Float32Array
  readonly shape: number[]
}

/** Values without a pattern that a layer could hide behind. */
export const wave = (shape: number[], rate: number, lift = 0): Values => ({
  shape,
  values: Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, i) => Math.sin(i * rate) + 0.3 * Math.cos(i * rate * 2.7) + lift,
  ),
})

/** Largest difference of a layer's gradients from central differences of a smooth loss, over a few elements. */
export function gradientError(
  layer: (x: tf.Tensor, weights: LayerWeights) => LayerPass,
  input: Values,
  parts: Record<string, Values> = {},
): number {
  const run = (): LayerPass =>
    layer(tf.tensor(input.values, input.shape), (part) => {
      const { values, shape } = parts[part] as Values
      return tf.tensor(values, shape)
    })
  // loss = Σ y·sin(y + ½ + i/9): every output counts differently.
  const lossOf = (y: Float32Array): number => y.reduce((sum, v, i) => sum + v * Math.sin(v + 0.5 + i / 9), 0)
  const pass = run()
  const y = pass.output.dataSync<'float32'>()
  const slope = y.map((v, i) => Math.sin(v + 0.5 + i / 9) + v * Math.cos(v + 0.5 + i / 9))
  const { dInput, parts: gradients } = pass.backward(tf.tensor(slope, pass.output.shape), true)
  const pairs: [Values, Float32Array][] = [[input, (dInput as tf.Tensor).dataSync<'float32'>()]]
  for (const [part, values] of Object.entries(parts)) pairs.push([values, gradients[part] as Float32Array])
  const step = 1e-2
  let worst = 0
  for (const [{ values }, gradient] of pairs) {
    const scale = Math.max(1, ...gradient.map(Math.abs))
    for (let i = 0; i < values.length; i += Math.max(1, Math.floor(values.length / 11))) {
      const kept = values[i] as number
      const lossAt = (value: number): number => {
        values[i] = value
        return lossOf(run().output.dataSync<'float32'>())
      }
      const numeric = (lossAt(kept + step) - lossAt(kept - step)) / (2 * step)
      values[i] = kept
      worst = Math.max(worst, Math.abs(numeric - (gradient[i] as number)) / scale)
    }
  }
  return worst
}
