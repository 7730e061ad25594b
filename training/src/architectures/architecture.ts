export interface ConvSpec {
  readonly op: 'conv2d'
  readonly name: string
  readonly channels: number
  /** [time, coefficients] */
  readonly kernel: readonly [number, number]
  readonly dilation?: readonly [number, number]
  readonly padding: 'same' | 'valid'
  /** Group g of the input's channels gives group g of the output's (default: 1). */
  readonly groups?: number
  /** After the batch normalisation (default: relu). */
  readonly activation?: 'relu' | 'none'
}

/**
 * A network as a list of layers. The same list drives training, batch-norm folding and quantisation. Recurrent layers
 * and a batch normalisation of its own have no quantised form.
 */
export type LayerSpec =
  | ConvSpec
  | { readonly op: 'avg_pool2d'; readonly name: string; readonly kernel: readonly [number, number] }
  | { readonly op: 'stats_pool'; readonly name: string }
  | { readonly op: 'lstm' | 'gru'; readonly name: string; readonly units: number }
  | { readonly op: 'batch_norm'; readonly name: string }
  | { readonly op: 'dropout'; readonly name: string; readonly rate: number }
  | { readonly op: 'dense'; readonly name: string; readonly units: number }

export interface Architecture {
  readonly name: string
  /** What it hears (default: mfcc). */
  readonly front?: FrontEndName
  /** How the first layer sees the matrix (default: image). */
  readonly input?: InputLayout
  /** What the logits are trained by (default: cross-entropy). Hinge: one class against the rest, squared. */
  readonly loss?: 'cross-entropy' | 'hinge'
  /** Every convolution is followed by batch normalisation; the last dense layer gives the logits. */
  readonly layers: readonly LayerSpec[]
  /**
   * Networks whose log-probabilities are averaged, in place of `layers`. Each is trained by its own loss, on the same
   * batches from another start.
   */
  readonly members?: readonly Architecture[]
}

export type FrontEndName = 'mfcc' | 'waveform' | 'functionals'

/**
 * `image`: [time, coefficients, 1], for convolutions over both. `sequence`: [time, 1, coefficients], the same values
 * in the same order, for convolutions over time alone. `bands`: [time, bands, 1], the coefficients turned back into as
 * many mel bands by a fixed layer, for convolutions over time and frequency.
 */
export type InputLayout = 'image' | 'sequence' | 'bands'

/** Shape of the network's input, without the batch. */
export function inputShapeOf(
  architecture: Architecture,
  frames: number,
  coefficients: number,
): [number, number, number] {
  return architecture.input === 'sequence' ? [frames, 1, coefficients] : [frames, coefficients, 1]
}

/** A shape in the network's layout: an ensemble's members may each see the input in their own. */
export function laidOut(
  network: Architecture,
  [height, width, channels]: readonly [number, number, number],
): [number, number, number] {
  return network.input === 'sequence' ? [height, 1, width * channels] : [height, width, channels]
}

/** The networks of an ensemble, or the one network, with what their parameters' names begin with. */
export function membersOf(
  architecture: Architecture,
): readonly { readonly prefix: string; readonly network: Architecture }[] {
  if (!architecture.members) return [{ prefix: '', network: architecture }]
  return architecture.members.map((network, n) => ({ prefix: `${n}/`, network }))
}
