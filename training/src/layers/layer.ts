import type * as tf from '@tensorflow/tfjs'

/**
 * A layer's forward pass over a batch in training. Networks are chains, so the backward pass is the chain run the
 * other way, each layer by its own rule: automatic differentiation would copy every tensor that it holds on to.
 */
export interface LayerPass {
  readonly output: tf.Tensor
  /**
   * @param dOutput     gradient of the loss by the output, of its shape
   * @param needsInput  false for the network's first layer, whose input has no use for a gradient
   */
  backward(dOutput: tf.Tensor, needsInput: boolean): LayerGradients
}

export interface LayerGradients {
  readonly dInput: tf.Tensor | null
  /** By the part's name (`filter`, `gamma`, …). */
  readonly parts: Readonly<Record<string, Float32Array>>
}

/** A layer's parameters as tensors, by the part's name. */
export type LayerWeights = (part: string) => tf.Tensor
