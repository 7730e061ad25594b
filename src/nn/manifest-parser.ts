import { ModelError } from '../errors.js'
import { isExistingTime } from '../existing-time.js'
import { parseLayer, parseQuantization } from './layer-parser.js'
import { ManifestField } from './manifest-field.js'
import { MODEL_SCHEMA, type ModelManifest } from './manifest.js'

/** Also the names that a label may have in MQTT payloads and Home Assistant. */
const LABEL = /^[a-z][a-z0-9_-]{0,31}$/
const IDENTIFIER = /^[a-z0-9][a-z0-9._-]{0,63}$/
const SHA256 = /^[0-9a-f]{64}$/
/** `weights.bin` or `tfjs/model.json`: one folder at most, nothing hidden, no way out of the directory. */
const FILE_NAME = /^([A-Za-z0-9][\w.-]{0,63}\/)?[A-Za-z0-9][\w.-]{0,63}$/
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/
const ONE_LINE = /^[^\p{Cc}]{1,200}$/u

const FIELDS = [
  'schema',
  'id',
  'created',
  'labels',
  'feature_params',
  'feature_params_hash',
  'input',
  'layers',
  'files',
  'calibration',
  'prior',
  'licence',
  'training_corpora',
  'metrics',
] as const

/**
 * manifest.json as plain checked data: every field, type and range. What must hold between the parts, `checkManifest`
 * checks.
 *
 * @throws {ModelError} MODEL_MANIFEST, naming the field; MODEL_LABELS
 */
export function parseManifest(bytes: Uint8Array): ModelManifest {
  const fields = new ManifestField(parseJson(bytes), '').fields(FIELDS)
  const input = fields.input.fields(['shape', 'scale', 'zero_point'])
  const [height, width, channels] = input.shape.list(3, 3).map((size) => size.integer(1, 4096)) as [
    number,
    number,
    number,
  ]
  return {
    schema: fields.schema.choice([MODEL_SCHEMA]),
    id: fields.id.text(IDENTIFIER),
    created: parseTime(fields.created),
    labels: parseLabels(fields.labels),
    feature_params: fields.feature_params.object(),
    feature_params_hash: fields.feature_params_hash.text(SHA256),
    input: { shape: [height, width, channels], ...parseQuantization(input) },
    layers: fields.layers.list(1, 256).map(parseLayer),
    files: Object.fromEntries(fields.files.entries(64).map(parseFile)),
    calibration: { temperature: fields.calibration.fields(['temperature']).temperature.number(0.01, 100) },
    prior: fields.prior.list(2, 64).map((share) => share.number(0, 1)),
    licence: fields.licence.text(ONE_LINE),
    training_corpora: fields.training_corpora.list(0, 64).map((corpus) => corpus.text(ONE_LINE)),
    metrics: fields.metrics.object(),
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new ModelError('MODEL_MANIFEST', 'manifest.json is not JSON; copy the model again', { cause })
  }
}

function parseTime(field: ManifestField): string {
  const time = field.text(RFC_3339)
  return isExistingTime(time) ? time : field.refuse('a time that exists, since 1970')
}

function parseLabels(field: ManifestField): string[] {
  const labels = field.list(0, 1024).map((label) => label.text(LABEL))
  if (labels.length < 2 || labels.length > 64) {
    throw new ModelError('MODEL_LABELS', `manifest.json: ${labels.length} labels, allowed: 2 to 64`)
  }
  const repeated = labels.find((label, index) => labels.indexOf(label) !== index)
  if (repeated !== undefined) {
    throw new ModelError('MODEL_LABELS', `manifest.json: label ${repeated} is there twice; labels are unique`)
  }
  return labels
}

function parseFile([name, field]: [string, ManifestField]): [string, { sha256: string; bytes: number }] {
  if (!FILE_NAME.test(name)) field.refuse(`no file of this name (allowed: ${FILE_NAME.source})`)
  const { sha256, bytes } = field.fields(['sha256', 'bytes'])
  return [name, { sha256: sha256.text(SHA256), bytes: bytes.integer(0, 2 ** 30) }]
}
