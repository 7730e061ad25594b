import type { Architecture } from './architecture.js'

/**
 * The released network: 2-D convolutions over time × coefficient, a projection of all coefficients of a moment,
 * a 1-D convolution over time, and statistics pooling (mean and standard deviation over time).
 *
 * Small plain convolutions, because TensorFlow.js trains them fast (depthwise gradients have no fast form) and int8
 * runs them fast; pooling rather than stride for the same reason.
 */
export function cnn(labelCount: number): Architecture {
  return {
    name: 'cnn',
    input: 'bands',
    layers: [
      { op: 'conv2d', name: 'conv1', channels: 8, kernel: [3, 3], padding: 'same' },
      { op: 'avg_pool2d', name: 'pool1', kernel: [2, 2] },
      { op: 'conv2d', name: 'conv2', channels: 24, kernel: [3, 3], padding: 'same' },
      { op: 'avg_pool2d', name: 'pool2', kernel: [2, 2] },
      { op: 'conv2d', name: 'conv3', channels: 48, kernel: [3, 3], padding: 'same' },
      { op: 'conv2d', name: 'project', channels: 128, kernel: [1, 10], padding: 'valid' },
      { op: 'conv2d', name: 'conv4', channels: 128, kernel: [3, 1], padding: 'same' },
      { op: 'stats_pool', name: 'stats' },
      { op: 'dropout', name: 'dropout', rate: 0.4 },
      { op: 'dense', name: 'logits', units: labelCount },
    ],
  }
}
