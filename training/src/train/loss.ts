import type { Batch } from './batches.js'

/**
 * Cross entropy over the outputs that a mask lets through, of one row of logits, and its gradient, which is added.
 *
 * @param target  [labels], sums to 1, zero where the mask is
 * @param mask    [labels] of 0 and 1, or null for all
 * @param weight  of this term in the loss
 * @param dLogits [labels], added to
 * @returns weight × cross entropy
 */
export function addCrossEntropy(
  logits: Float32Array,
  target: Float32Array,
  mask: Float32Array | null,
  weight: number,
  temperature: number,
  dLogits: Float32Array,
): number {
  let highest = -Infinity
  for (let k = 0; k < logits.length; k++) {
    if (!mask || mask[k] === 1) highest = Math.max(highest, (logits[k] as number) / temperature)
  }
  let sum = 0
  for (let k = 0; k < logits.length; k++) {
    if (!mask || mask[k] === 1) sum += Math.exp((logits[k] as number) / temperature - highest)
  }
  const logSum = highest + Math.log(sum)
  let loss = 0
  for (let k = 0; k < logits.length; k++) {
    if (mask && mask[k] !== 1) continue
    const logProbability = (logits[k] as number) / temperature - logSum
    loss -= (target[k] as number) * logProbability
    dLogits[k] =
      (dLogits[k] as number) + (weight * (Math.exp(logProbability) - (target[k] as number))) / temperature
  }
  return weight * loss
}

/** The class, with a share of its probability spread over all the outputs that its corpus speaks about. */
export function smoothedTarget(label: number, mask: Float32Array, smoothing: number): Float32Array {
  const known = mask.reduce((sum, m) => sum + m, 0)
  return mask.map((m, k) => m * (smoothing / known + (k === label ? 1 - smoothing : 0)))
}

/**
 * Squared hinge of each output that a mask lets through, one class against the rest, of one row of logits.
 *
 * @param dLogits [labels], added to
 * @returns weight × loss
 * @see Tang 2013, "Deep learning using linear support vector machines"
 */
export function addHinge(
  logits: Float32Array,
  label: number,
  mask: Float32Array,
  weight: number,
  dLogits: Float32Array,
): number {
  let loss = 0
  for (let k = 0; k < logits.length; k++) {
    if (mask[k] !== 1) continue
    const sign = k === label ? 1 : -1
    const short = Math.max(0, 1 - sign * (logits[k] as number))
    loss += short ** 2
    dLogits[k] = (dLogits[k] as number) - weight * 2 * sign * short
  }
  return weight * loss
}

export interface BatchLoss {
  /** Mean over the batch. */
  readonly value: number
  /** [size × labels] */
  readonly dLogits: Float32Array
  /** Share of the inputs whose greatest logit is the class of their greater part. */
  readonly accuracy: number
}

/** What networks that were trained before say of a batch: distillation. */
export interface TeacherTargets {
  /** [size × labels], rows sum to 1, at the temperature. */
  readonly probabilities: Float32Array
  readonly temperature: number
  /** Share of the loss that is the teachers'. */
  readonly weight: number
}

/**
 * Mean loss of a batch: of each input, its parts' cross entropies by their shares, each over the outputs that the
 * part's corpus speaks about; with teachers, mixed with the cross entropy to what they say.
 *
 * @param logits [size × labels]
 * @see Hinton et al. 2015 (distillation: gradients scaled by T²)
 */
export function batchLoss(
  logits: Float32Array,
  batch: Batch,
  labelSmoothing: number,
  teacher: TeacherTargets | null = null,
  kind: 'cross-entropy' | 'hinge' = 'cross-entropy',
): BatchLoss {
  const labels = logits.length / batch.size
  const dLogits = new Float32Array(logits.length)
  const ownWeight = (1 - (teacher?.weight ?? 0)) / batch.size
  let value = 0
  let hits = 0
  for (let i = 0; i < batch.size; i++) {
    const row = logits.subarray(i * labels, (i + 1) * labels)
    const dRow = dLogits.subarray(i * labels, (i + 1) * labels)
    for (const { examples, shares } of batch.parts) {
      const { label, mask } = examples[i] as Batch['parts'][number]['examples'][number]
      const weight = ownWeight * (shares[i] as number)
      if (kind === 'hinge') {
        value += addHinge(row, label, mask, weight, dRow)
        continue
      }
      const target = smoothedTarget(label, mask, labelSmoothing)
      value += addCrossEntropy(row, target, mask, weight, 1, dRow)
    }
    const own = batch.parts[0]?.examples[i]
    if (own && isGreatest(row, own.label, own.mask)) hits++
    if (teacher) {
      const { probabilities, temperature, weight } = teacher
      const target = probabilities.subarray(i * labels, (i + 1) * labels)
      const scaled = (weight * temperature ** 2) / batch.size
      value += addCrossEntropy(row, target, null, scaled, temperature, dRow)
    }
  }
  return { value, dLogits, accuracy: hits / batch.size }
}

function isGreatest(logits: Float32Array, label: number, mask: Float32Array): boolean {
  return logits.every((logit, k) => mask[k] !== 1 || logit <= (logits[label] as number))
}
