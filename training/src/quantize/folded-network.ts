import { ConfigError } from '../../../src/errors.js'
import type { Architecture, LayerSpec } from '../architectures/architecture.js'
import { BATCH_NORM_EPSILON } from '../layers/batch-norm.js'
import type { Parameters } from '../train/parameters.js'

/** A layer with weights whose batch normalisation is folded in: filter × scale, bias = β − mean × scale. */
export interface FoldedLayer {
  readonly spec: LayerSpec
  /** conv2d: [out, height, width, in]; dense: [out, in]; `undefined` where the layer has none. */
  readonly weights?: Float32Array
  readonly weightsShape?: readonly number[]
  readonly bias?: Float32Array
}

/** @throws {ConfigError} `TRAINING_NOT_QUANTIZABLE` */
export function foldBatchNorm(architecture: Architecture, parameters: Parameters): FoldedLayer[] {
  const values = (name: string): Float32Array => {
    const parameter = parameters.get(name)
    if (!parameter) throw new Error(`parameter ${name} is missing`)
    return parameter.values
  }
  return architecture.layers.flatMap((spec): FoldedLayer[] => {
    switch (spec.op) {
      case 'dropout':
        return []
      case 'lstm':
      case 'gru':
      case 'batch_norm':
        throw new ConfigError(
          'TRAINING_NOT_QUANTIZABLE',
          `'${architecture.name}' has a layer of kind ${spec.op}, which has no int8 form: it is for comparison in float`,
        )
      case 'avg_pool2d':
      case 'stats_pool':
        return [{ spec }]
      case 'dense': {
        const kernel = values(`${spec.name}/kernel`)
        const inputs = kernel.length / spec.units
        return [
          {
            spec,
            weights: outputMajor(kernel, inputs, spec.units, () => 1),
            weightsShape: [spec.units, inputs],
            bias: values(`${spec.name}/bias`).slice(),
          },
        ]
      }
      case 'conv2d': {
        const filter = values(`${spec.name}/filter`)
        const gamma = values(`${spec.name}/gamma`)
        const beta = values(`${spec.name}/beta`)
        const mean = values(`${spec.name}/mean`)
        const variance = values(`${spec.name}/variance`)
        const scales = gamma.map((g, c) => g / Math.sqrt((variance[c] as number) + BATCH_NORM_EPSILON))
        const taps = filter.length / spec.channels
        const [kh, kw] = spec.kernel
        return [
          {
            spec,
            weights: outputMajor(filter, taps, spec.channels, (c) => scales[c] as number),
            weightsShape: [spec.channels, kh, kw, taps / (kh * kw)],
            bias: beta.map((b, c) => b - (mean[c] as number) * (scales[c] as number)),
          },
        ]
      }
    }
  })
}

/** [taps, out] → [out, taps], each output's row multiplied by its scale. */
function outputMajor(
  source: Float32Array,
  taps: number,
  outputs: number,
  scaleOf: (output: number) => number,
): Float32Array {
  const result = new Float32Array(source.length)
  for (let o = 0; o < outputs; o++) {
    const scale = scaleOf(o)
    for (let t = 0; t < taps; t++) result[o * taps + t] = (source[t * outputs + o] as number) * scale
  }
  return result
}
