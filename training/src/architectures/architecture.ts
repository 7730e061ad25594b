/** A network as a list of layers. The same list drives training, batch-norm folding and quantisation. */
export type LayerSpec =
  | {
      readonly op: 'conv2d'
      readonly name: string
      readonly channels: number
      /** [time, coefficients] */
      readonly kernel: readonly [number, number]
      readonly dilation?: readonly [number, number]
      readonly padding: 'same' | 'valid'
    }
  | { readonly op: 'avg_pool2d'; readonly name: string; readonly kernel: readonly [number, number] }
  | { readonly op: 'stats_pool'; readonly name: string }
  | { readonly op: 'dropout'; readonly name: string; readonly rate: number }
  | { readonly op: 'dense'; readonly name: string; readonly units: number }

export interface Architecture {
  readonly name: string
  /** Every convolution is followed by batch normalisation and ReLU; the last dense layer gives the logits. */
  readonly layers: readonly LayerSpec[]
}
