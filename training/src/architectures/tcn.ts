import type { Architecture } from './architecture.js'

/** 1-D convolutions over time with growing dilation; the coefficients are channels from the first layer on. */
export function tcn(labelCount: number): Architecture {
  return {
    name: 'tcn',
    layers: [
      { op: 'conv2d', name: 'project', channels: 128, kernel: [1, 40], padding: 'valid' },
      { op: 'conv2d', name: 'conv1', channels: 96, kernel: [5, 1], padding: 'same' },
      { op: 'avg_pool2d', name: 'pool1', kernel: [2, 1] },
      { op: 'conv2d', name: 'conv2', channels: 96, kernel: [3, 1], padding: 'same' },
      { op: 'avg_pool2d', name: 'pool2', kernel: [2, 1] },
      { op: 'conv2d', name: 'conv3', channels: 128, kernel: [3, 1], padding: 'same' },
      { op: 'conv2d', name: 'conv4', channels: 128, kernel: [3, 1], dilation: [2, 1], padding: 'same' },
      { op: 'stats_pool', name: 'stats' },
      { op: 'dropout', name: 'dropout', rate: 0.4 },
      { op: 'dense', name: 'logits', units: labelCount },
    ],
  }
}
