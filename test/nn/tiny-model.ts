import type { LayerSource, WeightsSource } from '../../src/nn/pack-layers.js'
import type { ModelSource } from '../../src/nn/artefact-writer.js'

/** Numbers that look random and are the same everywhere (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

export function randomBytes(random: () => number, length: number): Int8Array {
  return Int8Array.from({ length }, () => Math.floor(random() * 256) - 128)
}

function weights(random: () => number, shape: readonly number[], channels: number): WeightsSource {
  return {
    shape,
    values: Int8Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      () => Math.floor(random() * 255) - 127,
    ),
    scales: Array.from({ length: channels }, () => 0.002 + 0.002 * random()),
    biases: Int32Array.from({ length: channels }, () => Math.floor((random() - 0.5) * 4000)),
  }
}

/** One layer of every kind. */
export function tinyLayers(channels = 4, classes = 3, inputChannels = 1, width = 8): LayerSource[] {
  const random = createRandom(1)
  const inner = { scale: 0.05, zero_point: -128 }
  const conv = { stride: [1, 1], dilation: [1, 1], padding: 'same', activation: 'relu' } as const
  return [
    {
      ...conv,
      op: 'conv2d',
      name: 'conv',
      kernel: [3, 3],
      output: inner,
      weights: weights(random, [channels, 3, 3, inputChannels], channels),
    },
    { op: 'max_pool2d', name: 'max', kernel: [2, 2], stride: [2, 2], output: inner },
    {
      ...conv,
      op: 'depthwise_conv2d',
      name: 'depthwise',
      kernel: [3, 1],
      dilation: [2, 1],
      output: inner,
      weights: weights(random, [3, 1, channels], channels),
    },
    { op: 'avg_pool2d', name: 'average', kernel: [1, 2], stride: [1, 2], output: inner },
    { op: 'stats_pool', name: 'stats', output: { scale: 0.05, zero_point: -100 } },
    {
      op: 'dense',
      name: 'logits',
      activation: 'none',
      output: { scale: 0.01, zero_point: 5 },
      weights: weights(random, [classes, 2 * Math.floor(width / 4) * channels], classes),
    },
  ]
}

/** A model of three classes that knows nothing, over [frames × coefficients]. */
export function tinyModel(frames = 12, coefficients = 8): ModelSource {
  return {
    id: 'tiny-1',
    created: '2026-01-02T03:04:05.000Z',
    labels: ['neutral', 'happy', 'angry'],
    feature_params: { version: 1 },
    feature_params_hash: TINY_FEATURES_HASH,
    input: { shape: [frames, coefficients, 1], scale: 0.03, zero_point: 2 },
    layers: tinyLayers(4, 3, 1, coefficients),
    calibration: { temperature: 1.5 },
    prior: [0.5, 0.25, 0.25],
    licence: 'CC0-1.0',
    training_corpora: [],
    metrics: {},
  }
}

export const TINY_FEATURES_HASH = 'ab'.repeat(32)

/** Inputs for golden vectors, of `length` bytes each. */
export function tinyInputs(length: number, count = 2): Int8Array[] {
  const random = createRandom(2)
  return Array.from({ length: count }, () => randomBytes(random, length))
}
