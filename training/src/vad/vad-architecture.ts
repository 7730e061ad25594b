import { VAD_CONTEXT_ROWS, VAD_FEATURES } from '../../../src/gate/vad-features.js'
import type { Architecture } from '../architectures/architecture.js'

export const VAD_INPUT_SHAPE = [VAD_CONTEXT_ROWS, VAD_FEATURES, 1] as const

/** Each row projected alike, then all rows of the look-back at once, then two small layers: 24 k parameters. */
export const VAD_ARCHITECTURE: Architecture = {
  name: 'vad-context',
  layers: [
    { op: 'conv2d', name: 'project', channels: 32, kernel: [1, VAD_FEATURES], padding: 'valid' },
    { op: 'conv2d', name: 'context', channels: 48, kernel: [VAD_CONTEXT_ROWS, 1], padding: 'valid' },
    { op: 'conv2d', name: 'mix', channels: 32, kernel: [1, 1], padding: 'valid' },
    { op: 'dense', name: 'logits', units: 2 },
  ],
}
