import type { Architecture, LayerSpec } from './architecture.js'

/** Steps of 80 ms: recurrence is sequential, so its cost is in their number. */
function recurrentNetwork(name: string, front: readonly LayerSpec[], cell: 'lstm' | 'gru') {
  return (labelCount: number): Architecture => ({
    name,
    input: 'sequence',
    layers: [
      ...front,
      { op: cell, name: `${cell}1`, units: 96 },
      { op: 'stats_pool', name: 'stats' },
      { op: 'dropout', name: 'dropout', rate: 0.4 },
      { op: 'dense', name: 'logits', units: labelCount },
    ],
  })
}

const POOLED: readonly LayerSpec[] = [{ op: 'avg_pool2d', name: 'pool', kernel: [4, 1] }]

const CONVOLVED: readonly LayerSpec[] = [
  { op: 'conv2d', name: 'conv1', channels: 96, kernel: [5, 1], padding: 'same' },
  { op: 'avg_pool2d', name: 'pool1', kernel: [2, 1] },
  { op: 'conv2d', name: 'conv2', channels: 96, kernel: [3, 1], padding: 'same' },
  { op: 'avg_pool2d', name: 'pool2', kernel: [2, 1] },
]

export const lstm = recurrentNetwork('lstm', POOLED, 'lstm')
export const gru = recurrentNetwork('gru', POOLED, 'gru')
export const cnnLstm = recurrentNetwork('cnn-lstm', CONVOLVED, 'lstm')
export const cnnGru = recurrentNetwork('cnn-gru', CONVOLVED, 'gru')
