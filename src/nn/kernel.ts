import type { Quantization } from './manifest.js'

/** A tensor as a layer sees it: channels last. */
export interface TensorType extends Quantization {
  readonly shape: readonly number[]
}

/** A layer's constants, taken out of weights.bin. */
export interface LayerConstants {
  readonly weights: Int8Array
  readonly biases: Int32Array
}

/** One layer, ready to run. Allocates nothing; must not retain its arguments, which never overlap. */
export type Kernel = (input: Int8Array, output: Int8Array) => void
