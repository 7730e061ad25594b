import type { Architecture } from './architecture.js'

/**
 * From the waveform, with no hand-made features. Its samples come in rows of 5 ms, so the first layer, filters of
 * 25 ms at a stride of 5 ms, is a convolution over rows: what a strided convolution over samples would be, but fast.
 */
export function rawCnn(labelCount: number): Architecture {
  return {
    name: 'raw-cnn',
    front: 'waveform',
    input: 'sequence',
    layers: [
      { op: 'conv2d', name: 'filters', channels: 64, kernel: [5, 1], padding: 'same' },
      { op: 'avg_pool2d', name: 'pool1', kernel: [4, 1] },
      { op: 'conv2d', name: 'conv1', channels: 96, kernel: [3, 1], padding: 'same' },
      { op: 'avg_pool2d', name: 'pool2', kernel: [2, 1] },
      { op: 'conv2d', name: 'conv2', channels: 96, kernel: [3, 1], padding: 'same' },
      { op: 'avg_pool2d', name: 'pool3', kernel: [2, 1] },
      { op: 'conv2d', name: 'conv3', channels: 128, kernel: [3, 1], padding: 'same' },
      { op: 'stats_pool', name: 'stats' },
      { op: 'dropout', name: 'dropout', rate: 0.4 },
      { op: 'dense', name: 'logits', units: labelCount },
    ],
  }
}
