import type { FrontEndName } from '../architectures/architecture.js'
import { mixupShare } from '../augment/beta-sample.js'
import { pasteNeutral, type NeutralBySpeaker } from '../augment/copy-paste.js'
import { maskSpectrum, type SpecAugmentOptions } from '../augment/spec-augment.js'
import { drawHistory, type HeardVoices, type HistoryOptions } from '../augment/voice-history.js'
import type { Random } from '../random.js'
import type { Example, NormaliseAndFit, Window } from './example.js'

export interface AugmentOptions extends SpecAugmentOptions, HistoryOptions {
  /** Parameter of the beta distribution of mixup; 0 switches it off. */
  readonly mixupAlpha: number
  readonly labelSmoothing: number
  /** Greatest share of a window cut from either end. */
  readonly cropShare: number
  /** Share of the examples that get a stretch of the speaker's neutral speech (CopyPaste). */
  readonly copyPasteShare: number
}

export const AUGMENT_DEFAULTS: AugmentOptions = {
  mixupAlpha: 0.5,
  labelSmoothing: 0.1,
  timeMasks: 2,
  timeMaskFrames: 20,
  coefficientMasks: 2,
  coefficientMaskWidth: 6,
  cropShare: 0.1,
  copyPasteShare: 0,
  coldShare: 0.4,
  neutralHistoryShare: 0.3,
  historyWindows: 32,
}

/** Rows of the waveform's matrix are a quarter as long as a frame of MFCCs. */
const WAVEFORM_ROWS_PER_FRAME = 4

/** What of the augmentation means something to what the network hears. */
export function augmentFor(front: FrontEndName | undefined, options: AugmentOptions): AugmentOptions {
  switch (front) {
    case undefined:
    case 'mfcc':
      return options
    case 'waveform':
      return {
        ...options,
        coefficientMasks: 0,
        timeMaskFrames: WAVEFORM_ROWS_PER_FRAME * options.timeMaskFrames,
      }
    case 'functionals':
      return { ...options, mixupAlpha: 0, timeMasks: 0, coefficientMasks: 0, cropShare: 0, copyPasteShare: 0 }
  }
}

/** What else there is of the examples' speakers. */
export interface SpeakerSpeech {
  readonly neutral: NeutralBySpeaker
  readonly voices: HeardVoices
}

export interface Batch {
  /** [size × inputSize] */
  readonly inputs: Float32Array
  readonly size: number
  /** An example and, under mixup, its partner: each with its own share, target and mask. */
  readonly parts: readonly BatchPart[]
}

/** One of the two that each input of a batch is mixed from. */
export interface BatchPart {
  readonly examples: readonly Example[]
  /** Share of each in its input; an input's shares sum to 1. */
  readonly shares: Float32Array
}

export interface BatchShape {
  readonly batchSize: number
  readonly frames: number
  readonly coefficients: number
  readonly labels: number
}

/**
 * Batches of an epoch: every example in a random variant, cropped, perhaps with neutral speech pasted to it, masked
 * (SpecAugment) and mixed with another (mixup). A last batch that would be short is filled up from the start.
 *
 * @param order examples of the epoch
 * @see Park et al. 2019 (SpecAugment); Zhang et al. 2018 (mixup); Ko et al. 2015 (speed perturbation)
 */
export function* epochBatches(
  order: readonly Example[],
  { neutral, voices }: SpeakerSpeech,
  shape: BatchShape,
  options: AugmentOptions,
  normaliseAndFit: NormaliseAndFit,
  random: Random,
): Generator<Batch> {
  const { batchSize } = shape
  const inputSize = shape.frames * shape.coefficients
  const own = new Float32Array(batchSize * inputSize)
  for (let start = 0; start < order.length; start += batchSize) {
    const chosen = Array.from({ length: batchSize }, (_, i) => order[(start + i) % order.length] as Example)
    chosen.forEach((example, i) => {
      const window = cropped(drawWindow(example, neutral, shape, options, random), shape, options, random)
      const out = own.subarray(i * inputSize, (i + 1) * inputSize)
      normaliseAndFit(window.mfcc, window.frames, out, drawHistory(example, voices, options, random))
      maskSpectrum(out, shape.frames, shape.coefficients, options, random)
    })
    yield mixed(own, chosen, inputSize, options.mixupAlpha, random)
  }
}

function drawWindow(
  example: Example,
  neutral: NeutralBySpeaker,
  { coefficients, frames }: BatchShape,
  options: AugmentOptions,
  random: Random,
): Window {
  const variant = example.variants[random.below(example.variants.length)] as readonly Window[]
  const window = variant[random.below(variant.length)] as Window
  if (options.copyPasteShare === 0 || random.next() >= options.copyPasteShare) return window
  return pasteNeutral(window, example, neutral, coefficients, frames, random)
}

function cropped(
  { mfcc, frames }: Window,
  { coefficients }: BatchShape,
  { cropShare }: AugmentOptions,
  random: Random,
): Window {
  const first = Math.floor(random.next() * cropShare * frames)
  const last = frames - Math.floor(random.next() * cropShare * frames)
  return { mfcc: mfcc.subarray(first * coefficients, last * coefficients), frames: last - first }
}

function mixed(
  own: Float32Array,
  chosen: readonly Example[],
  inputSize: number,
  alpha: number,
  random: Random,
): Batch {
  const size = chosen.length
  if (alpha <= 0) {
    return {
      inputs: own.slice(),
      size,
      parts: [{ examples: chosen, shares: new Float32Array(size).fill(1) }],
    }
  }
  const partners = random.shuffle(chosen.map((_, i) => i))
  const shares = Float32Array.from(partners, () => mixupShare(alpha, random))
  const inputs = new Float32Array(own.length)
  for (let i = 0; i < size; i++) {
    const share = shares[i] as number
    const a = i * inputSize
    const b = (partners[i] as number) * inputSize
    for (let k = 0; k < inputSize; k++) {
      inputs[a + k] = share * (own[a + k] as number) + (1 - share) * (own[b + k] as number)
    }
  }
  return {
    inputs,
    size,
    parts: [
      { examples: chosen, shares },
      { examples: partners.map((i) => chosen[i] as Example), shares: shares.map((share) => 1 - share) },
    ],
  }
}
