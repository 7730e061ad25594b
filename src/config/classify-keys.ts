import { DEFAULT_MODEL_DIR } from './defaults.js'
import { anyText, integerBetween, numberBetween, oneOf, someText } from './format.js'
import { key, type SchemaTree } from './key-spec.js'

const local = { remote: false, restart: true } as const

/** Which model judges, and whether another may be delivered from afar: docs/model-delivery.md. */
export const CLASSIFY_KEYS = {
  model: key({
    doc: 'Folder of the model artefact. A delivered model takes its place.',
    format: someText('a path'),
    default: DEFAULT_MODEL_DIR,
    defaultDoc: 'the model that this release ships',
    ...local,
  }),
  backend: key({
    doc: 'What computes the network: int8 is the exact engine that needs nothing installed; tfjs is TensorFlow.js (tfjs-node, or tfjs with its WASM backend), faster where it is installed, on the model’s tfjs/ form.',
    format: oneOf('int8', 'tfjs'),
    default: 'int8',
    ...local,
  }),
  model_key_file: key({
    doc: 'PEM file of an Ed25519 public key: models that were signed with its other half may be delivered by request. Empty: none, and one that was delivered before is not used.',
    format: anyText('a path'),
    default: '',
    ...local,
  }),
  model_max_mb: key({
    doc: 'Largest archive of a model that is taken, 2^20 bytes each. Unpacked it may be eight times as large.',
    format: numberBetween(0.1, 16, 'MB'),
    default: 4,
    ...local,
  }),
  model_trial_s: key({
    doc: 'How long a delivered model is on trial before it is confirmed.',
    format: integerBetween(5, 604_800, 's'),
    default: 600,
    ...local,
  }),
  model_ca_file: key({
    doc: 'PEM file of the authority that signed the certificate of the HTTPS server that models come from. Empty: those that Node trusts.',
    format: anyText('a path'),
    default: '',
    ...local,
  }),
} satisfies SchemaTree
