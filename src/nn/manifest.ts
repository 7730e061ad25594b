/** Version of the artefact format that this code writes and reads. */
export const MODEL_SCHEMA = 'affectd.model/1'

/** Affine quantisation of one tensor: real = scale × (q − zeroPoint), q in [−128, 127]. */
export interface Quantization {
  readonly scale: number
  readonly zero_point: number
}

/** Where a layer's int8 weights and int32 biases lie in weights.bin, little endian. */
export interface WeightsRef {
  /** Byte offset of the int8 weights. Layout: see each layer. */
  readonly offset: number
  readonly shape: readonly number[]
  /** One scale per output channel; zero point 0 (symmetric, [−127, 127]). */
  readonly scales: readonly number[]
  /** Byte offset of the int32 biases, a multiple of 4, scale = input scale × weight scale; one per output channel. */
  readonly bias_offset: number
}

interface LayerBase {
  readonly name: string
  /** [height (time), width (coefficients), channels], or [units] after a pooling over all or a dense layer. */
  readonly output_shape: readonly number[]
  readonly output: Quantization
}

/** Channels-last 2-D convolution, padding with the input's zero point; a 1-D convolution has kernel[1] = width or 1. */
export interface Conv2dLayer extends LayerBase {
  readonly op: 'conv2d'
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly padding: 'same' | 'valid'
  readonly activation: 'none' | 'relu'
  /** Weights [outChannels, kernelHeight, kernelWidth, inChannels] (TFLite's order). */
  readonly weights: WeightsRef
}

/** Depthwise convolution with multiplier 1. */
export interface DepthwiseConv2dLayer extends LayerBase {
  readonly op: 'depthwise_conv2d'
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly padding: 'same' | 'valid'
  readonly activation: 'none' | 'relu'
  /** Weights [kernelHeight, kernelWidth, channels]. */
  readonly weights: WeightsRef
}

/** Pools without padding; a last partial window is dropped. Output quantisation equals the input's. */
export interface Pool2dLayer extends LayerBase {
  readonly op: 'max_pool2d' | 'avg_pool2d'
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
}

/** Mean, then standard deviation, over the height (time) of each (width, channel): output [2 × width × channels]. */
export interface StatsPoolLayer extends LayerBase {
  readonly op: 'stats_pool'
}

/** Fully connected over the flattened input. Weights [outUnits, inUnits]. */
export interface DenseLayer extends LayerBase {
  readonly op: 'dense'
  readonly activation: 'none' | 'relu'
  readonly weights: WeightsRef
}

/** The same values in the same row-major order under another shape; output quantisation equals the input's. */
export interface ReshapeLayer extends LayerBase {
  readonly op: 'reshape'
  readonly shape: readonly [number, number, number]
}

export type Layer =
  Conv2dLayer | DepthwiseConv2dLayer | Pool2dLayer | StatsPoolLayer | ReshapeLayer | DenseLayer

/** manifest.json. Plain data; what must hold between its parts is checked by the reader. */
export interface ModelManifest {
  readonly schema: typeof MODEL_SCHEMA
  readonly id: string
  /** RFC 3339. */
  readonly created: string
  readonly labels: readonly string[]
  /** The FeatureParams that the model was trained with, as JSON, and their hash. */
  readonly feature_params: Readonly<Record<string, unknown>>
  readonly feature_params_hash: string
  readonly input: { readonly shape: readonly [number, number, number] } & Quantization
  /** In order; each takes the output of the one before. The last gives the logits, shape [labels.length]. */
  readonly layers: readonly Layer[]
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>
  /** Softmax temperature, fitted on held-out speakers. */
  readonly calibration: { readonly temperature: number }
  /** Class frequencies in training; what is said of a clip without speech. */
  readonly prior: readonly number[]
  readonly licence: string
  readonly training_corpora: readonly string[]
  /** Figures from the evaluation command, float and int8. */
  readonly metrics: Readonly<Record<string, unknown>>
}
