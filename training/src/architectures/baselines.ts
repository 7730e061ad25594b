import type { Architecture } from './architecture.js'

/** Two hidden layers over the whole window, its frames averaged by four. */
export function mlp(labelCount: number): Architecture {
  return {
    name: 'mlp',
    input: 'sequence',
    layers: [
      { op: 'avg_pool2d', name: 'pool', kernel: [4, 1] },
      { op: 'conv2d', name: 'hidden1', channels: 128, kernel: [37, 1], padding: 'valid' },
      { op: 'dropout', name: 'dropout1', rate: 0.4 },
      { op: 'conv2d', name: 'hidden2', channels: 64, kernel: [1, 1], padding: 'valid' },
      { op: 'dropout', name: 'dropout2', rate: 0.4 },
      { op: 'dense', name: 'logits', units: labelCount },
    ],
  }
}

/** Multinomial logistic regression on standardised functionals of prosody and spectrum. */
export function linear(labelCount: number): Architecture {
  return {
    name: 'linear',
    front: 'functionals',
    input: 'sequence',
    layers: [
      { op: 'batch_norm', name: 'standardise' },
      { op: 'dropout', name: 'dropout', rate: 0.2 },
      { op: 'dense', name: 'logits', units: labelCount },
    ],
  }
}

/** The same functionals under a linear support vector machine, each class against the rest. */
export function svm(labelCount: number): Architecture {
  return { ...linear(labelCount), name: 'svm', loss: 'hinge' }
}
