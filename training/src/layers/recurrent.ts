import * as tf from '@tensorflow/tfjs'
import { arrayOp, readArrays } from '../tf/array-op.js'
import { columnSums } from './column-sums.js'
import type { LayerPass, LayerWeights } from './layer.js'
import type { RecurrentCell } from './recurrent-cells.js'

/**
 * A recurrent layer over time. Products with the input run over all steps at once, those with the output before step
 * by step; gates are plain arithmetic.
 *
 * @param x       [batch, time, width, channels]
 * @param weights `kernel` [width × channels, gates × units], `recurrent` [units, gates × units], `bias`
 * @returns output [batch, time, 1, units]
 */
export function recurrent(x: tf.Tensor, cell: RecurrentCell, weights: LayerWeights): LayerPass {
  const [batch, time, width, channels] = x.shape as [number, number, number, number]
  const inputs = width * channels
  const kernel = weights('kernel') as tf.Tensor2D
  const across = weights('recurrent') as tf.Tensor2D
  const units = across.shape[0]
  const gateUnits = cell.gates * units
  const rows = batch
  const timeMajor = swapFirstTwo(tf.reshape(x, [batch, time, inputs]) as tf.Tensor3D)
  const steps = tf.reshape(timeMajor, [time * batch, inputs]) as tf.Tensor2D
  const projected = readArrays([tf.add(tf.matMul(steps, kernel), weights('bias'))], ([z]) => z?.slice() ?? [])
  const z = projected as Float32Array
  const kept = new Float32Array(time * rows * cell.kept * units)
  const outputs = new Float32Array(time * rows * units)
  const state = new Float32Array(rows * units)
  const h = new Float32Array(rows * units)
  for (let t = 0; t < time; t++) {
    const product = multiply(h, rows, across)
    cell.forward({
      rows,
      units,
      input: z.subarray(t * rows * gateUnits, (t + 1) * rows * gateUnits),
      recurrent: product,
      state,
      h,
      kept: kept.subarray(t * rows * cell.kept * units, (t + 1) * rows * cell.kept * units),
    })
    outputs.set(h, t * rows * units)
  }
  const hidden = tf.tensor3d(outputs, [time, batch, units])
  const output = tf.reshape(swapFirstTwo(hidden), [batch, time, 1, units])

  return {
    output,
    backward(dOutput, needsInput) {
      const dOutputs = readArrays(
        [swapFirstTwo(tf.reshape(dOutput, [batch, time, units]) as tf.Tensor3D)],
        ([dy]) => (dy as Float32Array).slice(),
      )
      const turned = tf.transpose(across)
      const dInputs = new Float32Array(time * rows * gateUnits)
      const dRecurrents = new Float32Array(time * rows * gateUnits)
      const dState = new Float32Array(rows * units)
      const dH = new Float32Array(rows * units)
      for (let t = time - 1; t >= 0; t--) {
        for (let i = 0; i < dH.length; i++)
          dH[i] = (dH[i] as number) + (dOutputs[t * dH.length + i] as number)
        const dRecurrent = dRecurrents.subarray(t * rows * gateUnits, (t + 1) * rows * gateUnits)
        cell.backward({
          rows,
          units,
          kept: kept.subarray(t * rows * cell.kept * units, (t + 1) * rows * cell.kept * units),
          dH,
          dState,
          dInput: dInputs.subarray(t * rows * gateUnits, (t + 1) * rows * gateUnits),
          dRecurrent,
        })
        const through = multiply(dRecurrent, rows, turned)
        for (let i = 0; i < dH.length; i++) dH[i] = (dH[i] as number) + (through[i] as number)
      }
      const dz = tf.tensor2d(dInputs, [time * rows, gateUnits])
      // The output before the first step is zero, so the first step's product has no part in Wh's gradient.
      const before = tf.tensor2d(outputs.subarray(0, (time - 1) * rows * units), [(time - 1) * rows, units])
      const dAfter = tf.tensor2d(dRecurrents.subarray(rows * gateUnits), [(time - 1) * rows, gateUnits])
      return {
        dInput: needsInput
          ? tf.reshape(
              swapFirstTwo(
                tf.reshape(tf.matMul(dz, tf.transpose(kernel)), [time, batch, inputs]) as tf.Tensor3D,
              ),
              x.shape,
            )
          : null,
        parts: {
          kernel: tf.matMul(tf.transpose(steps), dz).dataSync<'float32'>(),
          recurrent: tf.matMul(tf.transpose(before), dAfter).dataSync<'float32'>(),
          bias: columnSums(dInputs, gateUnits),
        },
      }
    },
  }
}

function multiply(a: Float32Array, rows: number, b: tf.Tensor2D): Float32Array {
  const left = tf.tensor2d(a, [rows, b.shape[0]])
  const product = tf.matMul(left, b)
  const values = product.dataSync<'float32'>()
  tf.dispose([left, product])
  return values
}

/** [a, b, c] → [b, a, c] */
function swapFirstTwo(x: tf.Tensor3D): tf.Tensor3D {
  const [a, b, c] = x.shape
  const [swapped] = arrayOp([x], [[b, a, c]], ([from], [to]) => {
    for (let i = 0; i < a; i++) {
      for (let j = 0; j < b; j++) {
        const source = (i * b + j) * c
        const target = (j * a + i) * c
        for (let k = 0; k < c; k++) (to as Float32Array)[target + k] = from?.[source + k] as number
      }
    }
  })
  return swapped as tf.Tensor3D
}
