import type { FeatureStatistics } from '../../../src/features/feature-statistics.js'
import type { Random } from '../random.js'

/** MFCCs of one decision window, before normalisation. */
export interface Window {
  /** Row-major [frames × coefficients]. */
  readonly mfcc: Float32Array
  readonly frames: number
}

/** What the network learns from: a clip's windows at each playing speed, and its class. */
export interface Example {
  readonly variants: readonly (readonly Window[])[]
  readonly label: number
}

export interface AugmentOptions {
  /** Parameter of the beta distribution of mixup; 0 switches it off. */
  readonly mixupAlpha: number
  readonly labelSmoothing: number
  /** SpecAugment: how many masks of each kind, and their greatest width. */
  readonly timeMasks: number
  readonly timeMaskFrames: number
  readonly coefficientMasks: number
  readonly coefficientMaskWidth: number
  /** Greatest share of a window cut from either end. */
  readonly cropShare: number
}

export const AUGMENT_DEFAULTS: AugmentOptions = {
  mixupAlpha: 0.5,
  labelSmoothing: 0.1,
  timeMasks: 2,
  timeMaskFrames: 20,
  coefficientMasks: 2,
  coefficientMaskWidth: 6,
  cropShare: 0.1,
}

/**
 * Turns raw MFCCs into the network's input; the device's own function.
 *
 * @param history what was heard of the speaker before; none: cold
 */
export type NormaliseAndFit = (
  mfcc: Float32Array,
  frames: number,
  out: Float32Array,
  history?: Readonly<FeatureStatistics>,
) => void

export interface Batch {
  /** [size × inputSize] */
  readonly inputs: Float32Array
  /** [size × labels], rows sum to 1 */
  readonly targets: Float32Array
  readonly size: number
}

export interface BatchShape {
  readonly batchSize: number
  readonly frames: number
  readonly coefficients: number
  readonly labels: number
}

/**
 * One epoch of augmented batches: every example once, at a random speed, cropped, masked (SpecAugment) and mixed with
 * another (mixup). A last batch that would be short is filled up from the start of the epoch's order.
 *
 * @see Park et al. 2019 (SpecAugment); Zhang et al. 2018 (mixup); Ko et al. 2015 (speed perturbation)
 */
export function* epochBatches(
  examples: readonly Example[],
  shape: BatchShape,
  options: AugmentOptions,
  normaliseAndFit: NormaliseAndFit,
  random: Random,
): Generator<Batch> {
  const { batchSize, labels } = shape
  const inputSize = shape.frames * shape.coefficients
  const order = random.shuffle([...examples])
  const own = new Float32Array(batchSize * inputSize)
  for (let start = 0; start < order.length; start += batchSize) {
    const chosen = Array.from({ length: batchSize }, (_, i) => order[(start + i) % order.length] as Example)
    chosen.forEach((example, i) => {
      augmentInto(
        example,
        shape,
        options,
        normaliseAndFit,
        random,
        own.subarray(i * inputSize, (i + 1) * inputSize),
      )
    })
    const inputs = new Float32Array(batchSize * inputSize)
    const targets = new Float32Array(batchSize * labels)
    const partners = random.shuffle(Array.from({ length: batchSize }, (_, i) => i))
    for (let i = 0; i < batchSize; i++) {
      const partner = partners[i] as number
      const share = options.mixupAlpha > 0 ? betaSample(options.mixupAlpha, random) : 1
      mixInto(own, i * inputSize, partner * inputSize, share, inputs, i * inputSize, inputSize)
      addTarget(targets, i * labels, labels, (chosen[i] as Example).label, share, options.labelSmoothing)
      addTarget(
        targets,
        i * labels,
        labels,
        (chosen[partner] as Example).label,
        1 - share,
        options.labelSmoothing,
      )
    }
    yield { inputs, targets, size: batchSize }
  }
}

function augmentInto(
  example: Example,
  shape: BatchShape,
  options: AugmentOptions,
  normaliseAndFit: NormaliseAndFit,
  random: Random,
  out: Float32Array,
): void {
  const variant = example.variants[random.below(example.variants.length)] as readonly Window[]
  const window = variant[random.below(variant.length)] as Window
  const first = Math.floor(random.next() * options.cropShare * window.frames)
  const last = window.frames - Math.floor(random.next() * options.cropShare * window.frames)
  const { coefficients } = shape
  normaliseAndFit(window.mfcc.subarray(first * coefficients, last * coefficients), last - first, out)
  for (let n = 0; n < options.timeMasks; n++) {
    const width = random.below(options.timeMaskFrames + 1)
    const from = random.below(shape.frames - width + 1)
    out.fill(0, from * coefficients, (from + width) * coefficients)
  }
  for (let n = 0; n < options.coefficientMasks; n++) {
    const width = random.below(options.coefficientMaskWidth + 1)
    const from = random.below(coefficients - width + 1)
    for (let frame = 0; frame < shape.frames; frame++) {
      out.fill(0, frame * coefficients + from, frame * coefficients + from + width)
    }
  }
}

function mixInto(
  source: Float32Array,
  a: number,
  b: number,
  share: number,
  out: Float32Array,
  to: number,
  size: number,
): void {
  for (let i = 0; i < size; i++) {
    out[to + i] = share * (source[a + i] as number) + (1 - share) * (source[b + i] as number)
  }
}

function addTarget(
  targets: Float32Array,
  offset: number,
  labels: number,
  label: number,
  share: number,
  smoothing: number,
): void {
  for (let k = 0; k < labels; k++) {
    const hard = k === label ? 1 - smoothing : 0
    targets[offset + k] = (targets[offset + k] as number) + share * (hard + smoothing / labels)
  }
}

/** Beta(α, α) as a ratio of gamma variates; of the two mirror images the one ≥ ½, so that an example stays itself. */
function betaSample(alpha: number, random: Random): number {
  const a = gammaSample(alpha, random)
  const b = gammaSample(alpha, random)
  const share = a + b > 0 ? a / (a + b) : 1
  return Math.max(share, 1 - share)
}

/** Marsaglia & Tsang 2000, with the boost for shape < 1. */
function gammaSample(shape: number, random: Random): number {
  if (shape < 1) return gammaSample(shape + 1, random) * Math.max(random.next(), 1e-12) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}
