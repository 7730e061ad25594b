import type { ManifestField } from './manifest-field.js'
import type { Layer, Quantization, WeightsRef } from './manifest.js'

const LAYER_NAME = /^[\w./:-]{1,128}$/
const OPS = [
  'conv2d',
  'depthwise_conv2d',
  'max_pool2d',
  'avg_pool2d',
  'stats_pool',
  'reshape',
  'dense',
] as const
const COMMON = ['op', 'name', 'output_shape', 'output'] as const

/** Wider than any sane tensor's; narrow enough that no product of three leaves the doubles. */
const MIN_SCALE = 1e-12
const MAX_SCALE = 1e6
const MAX_OFFSET = 2 ** 31 - 1

/** @throws {ModelError} MODEL_MANIFEST, naming the field */
export function parseLayer(field: ManifestField): Layer {
  const op = field.field('op').choice(OPS)
  switch (op) {
    case 'conv2d':
    case 'depthwise_conv2d': {
      const fields = field.fields([
        ...COMMON,
        'kernel',
        'stride',
        'dilation',
        'padding',
        'activation',
        'weights',
      ])
      return {
        op,
        ...parseCommon(fields),
        kernel: parsePair(fields.kernel),
        stride: parsePair(fields.stride),
        dilation: parsePair(fields.dilation),
        padding: fields.padding.choice(['same', 'valid']),
        activation: parseActivation(fields.activation),
        weights: parseWeights(fields.weights),
      }
    }
    case 'max_pool2d':
    case 'avg_pool2d': {
      const fields = field.fields([...COMMON, 'kernel', 'stride'])
      return {
        op,
        ...parseCommon(fields),
        kernel: parsePair(fields.kernel),
        stride: parsePair(fields.stride),
      }
    }
    case 'stats_pool':
      return { op, ...parseCommon(field.fields(COMMON)) }
    case 'reshape': {
      const fields = field.fields([...COMMON, 'shape'])
      return { op, ...parseCommon(fields), shape: parseTriple(fields.shape) }
    }
    case 'dense': {
      const fields = field.fields([...COMMON, 'activation', 'weights'])
      return {
        op,
        ...parseCommon(fields),
        activation: parseActivation(fields.activation),
        weights: parseWeights(fields.weights),
      }
    }
  }
}

export function parseQuantization(fields: Record<'scale' | 'zero_point', ManifestField>): Quantization {
  return {
    scale: fields.scale.number(MIN_SCALE, MAX_SCALE),
    zero_point: fields.zero_point.integer(-128, 127),
  }
}

function parseCommon(fields: Record<(typeof COMMON)[number], ManifestField>) {
  return {
    name: fields.name.text(LAYER_NAME),
    output_shape: parseShape(fields.output_shape, 1, 3),
    output: parseQuantization(fields.output.fields(['scale', 'zero_point'])),
  }
}

function parseActivation(field: ManifestField): 'none' | 'relu' {
  return field.choice(['none', 'relu'])
}

function parsePair(field: ManifestField): readonly [number, number] {
  const [y, x] = field.list(2, 2) as [ManifestField, ManifestField]
  return [y.integer(1, 1024), x.integer(1, 1024)]
}

function parseTriple(field: ManifestField): readonly [number, number, number] {
  const [height, width, channels] = parseShape(field, 3, 3) as [number, number, number]
  return [height, width, channels]
}

function parseShape(field: ManifestField, minRank: number, maxRank: number): number[] {
  return field.list(minRank, maxRank).map((size) => size.integer(1, 2 ** 20))
}

function parseWeights(field: ManifestField): WeightsRef {
  const fields = field.fields(['offset', 'shape', 'scales', 'bias_offset'])
  return {
    offset: fields.offset.integer(0, MAX_OFFSET),
    shape: parseShape(fields.shape, 2, 4),
    scales: fields.scales.list(1, 2 ** 16).map((scale) => scale.number(MIN_SCALE, MAX_SCALE)),
    bias_offset: fields.bias_offset.integer(0, MAX_OFFSET),
  }
}
