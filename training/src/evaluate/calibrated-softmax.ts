import { softmaxInto } from '../../../src/affect/calibrate.js'

/** The device's own softmax of logits over a temperature, as a list. */
export function calibratedSoftmax(logits: readonly number[], temperature: number): number[] {
  const out = new Float64Array(logits.length)
  softmaxInto(Float32Array.from(logits), temperature, out)
  return Array.from(out)
}
