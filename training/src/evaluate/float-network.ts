import * as tf from '@tensorflow/tfjs'
import { inputShapeOf, type Architecture } from '../architectures/architecture.js'
import { asNetworkInput } from '../dataset/band-image.js'
import { frontEndOf } from '../dataset/front-end.js'
import type { NormaliseAndFit, Window } from '../train/example.js'
import { forward } from '../train/forward.js'
import type { Parameters } from '../train/parameters.js'
import { weightTensors } from '../train/parameters.js'

/**
 * Logits of a clip's windows from the float network: what the int8 figures are set against.
 *
 * @returns one row of logits a window
 */
export function floatLogits(
  architecture: Architecture,
  parameters: Parameters,
  windows: readonly Window[],
  normaliseAndFit: NormaliseAndFit = frontEndOf(architecture).normaliseAndFit,
): number[][] {
  const { frames, coefficients } = frontEndOf(architecture)
  const size = frames * coefficients
  const inputs = new Float32Array(windows.length * size)
  const toInput = asNetworkInput(architecture, parameters, normaliseAndFit)
  windows.forEach((window, i) =>
    toInput(window.mfcc, window.frames, inputs.subarray(i * size, (i + 1) * size)),
  )
  return tf.tidy(() => {
    const x = tf.tensor4d(inputs, [windows.length, ...inputShapeOf(architecture, frames, coefficients)])
    return forward(architecture, weightTensors(parameters), x, { kind: 'inference' }).arraySync()
  })
}
