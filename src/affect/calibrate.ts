import { ShapeError } from '../errors.js'
import { pinnedExp } from './pinned-exp.js'

/**
 * Calibrated probabilities: softmax of logits over a temperature, in float64 with a pinned exponential, so that every
 * machine gives the same bits.
 *
 * @param logits      shape [labels], finite
 * @param temperature > 0, fitted on held-out speakers; 1 changes nothing
 * @param out         shape [labels], overwritten, owned by the caller; sums to 1 within 1e-12
 * @throws {ShapeError} if the lengths differ
 * @see Guo et al. 2017, "On calibration of modern neural networks"
 */
export function softmaxInto(logits: Float32Array, temperature: number, out: Float64Array): void {
  if (out.length !== logits.length) throw new ShapeError('probabilities', logits.length, out.length)
  let largest = -Infinity
  for (let k = 0; k < logits.length; k++) if (logits[k] > largest) largest = logits[k]
  let sum = 0
  for (let k = 0; k < logits.length; k++) {
    const weight = pinnedExp((logits[k] - largest) / temperature)
    out[k] = weight
    sum += weight
  }
  for (let k = 0; k < out.length; k++) out[k] /= sum
}
