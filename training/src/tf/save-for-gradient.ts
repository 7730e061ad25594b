import type * as tf from '@tensorflow/tfjs'

/** Last argument of a `tf.customGrad` function. What is not saved through it is freed before the gradient runs. */
export type SaveForGradient = (tensors: tf.Tensor[]) => void
