import { createInt8Classifier } from '../classify/int8-classifier.js'
import { ModelError, UsageError } from '../errors.js'
import { featureParamsHash } from '../features/feature-params-hash.js'
import { FEATURE_PARAMS } from '../features/feature-params.js'
import { checkVadModel } from '../gate/network-vad.js'
import { VAD_FEATURE_PARAMS } from '../gate/vad-features.js'
import { readArtefact, type Artefact } from '../nn/artefact-reader.js'
import { formOf, formSizes } from '../nn/artefact-forms.js'
import { createNetwork } from '../nn/network.js'
import type { CommandIo } from './io.js'
import { parseOptions } from './parse-options.js'

export const MODEL_HELP = `Usage: affectd model info DIR [--json]
       affectd model verify DIR
       affectd model keygen FOLDER
       affectd model sign DIR --key FILE [--out FILE]
       affectd model send ARCHIVE --device ID [--broker URL] [--url URL]
       affectd model rollback --device ID [--broker URL]

info      what a model is: labels, layers, size of each form, licence
verify    hashes of all files that are there, shapes, features and golden vectors; exits 78 if one does not hold
keygen    makes a pair of keys, to sign models with
sign      packs a model into one file and signs the order to take it
send      brings a signed model to a device, which tries it and goes back by itself if it fails
rollback  has a device return to the model before

affectd model VERB --help says more of each.
`

/**
 * `affectd model …`
 *
 * @param args what follows `model` on the command line
 * @returns the exit status
 * @throws {UsageError} USAGE_UNKNOWN_COMMAND, USAGE_ARGUMENTS
 * @throws {ModelError} as `readArtefact` and `verifyGolden`
 */
export function modelCommand(args: readonly string[], io: CommandIo): Promise<number> {
  // An async shell around synchronous work, so that what it throws is always a rejection.
  return Promise.resolve().then(() => deliveryVerb(args, io) ?? runModelCommand(args, io))
}

/** Verbs with options of their own; loaded when they are asked for. */
function deliveryVerb([verb, ...args]: readonly string[], io: CommandIo): Promise<number> | undefined {
  switch (verb) {
    case 'keygen':
      return import('./model/keygen.js').then(({ keygenCommand }) => keygenCommand(args, io))
    case 'sign':
      return import('./model/sign.js').then(({ signCommand }) => signCommand(args, io))
    case 'send':
      return import('./model/send.js').then(({ sendCommand }) => sendCommand(args, io))
    case 'rollback':
      return import('./model/rollback.js').then(({ rollbackCommand }) => rollbackCommand(args, io))
    default:
      return undefined
  }
}

function runModelCommand(args: readonly string[], io: CommandIo): number {
  const { values, positionals } = parseOptions('model', args, { json: { type: 'boolean' } })
  const [verb, directory, ...rest] = positionals
  if (values.help === true) {
    io.out(MODEL_HELP)
    return 0
  }
  if (verb !== 'info' && verb !== 'verify') {
    const given = verb === undefined ? 'nothing' : `'${verb}'`
    throw new UsageError(
      'USAGE_UNKNOWN_COMMAND',
      `affectd model takes info, verify, keygen, sign, send or rollback, not ${given}; see --help`,
    )
  }
  if (directory === undefined || rest.length > 0) {
    throw new UsageError('USAGE_ARGUMENTS', `affectd model ${verb} takes one model directory; see --help`)
  }
  if (values.json === true && verb === 'verify') {
    throw new UsageError(
      'USAGE_ARGUMENTS',
      'affectd model verify has no --json; its answer is the exit status',
    )
  }
  const { artefact, verify } = readAnyArtefact(directory)
  if (verb === 'info') {
    io.out(values.json === true ? `${JSON.stringify(describe(artefact))}\n` : table(artefact))
  } else {
    verify(artefact)
    io.out(
      `${artefact.manifest.id} ${artefact.sha256}: ${countFiles(artefact)}, ${countVectors(artefact)} hold` +
        `${absence(artefact)}\n`,
    )
  }
  return 0
}

/** What this build has features for, and what it asks of a network of them. */
const KINDS: readonly { readonly hash: string; readonly verify: (artefact: Artefact) => unknown }[] = [
  { hash: featureParamsHash(FEATURE_PARAMS), verify: createInt8Classifier },
  { hash: featureParamsHash(VAD_FEATURE_PARAMS), verify: checkVadModel },
]

/** @throws {ModelError} as `readArtefact`; MODEL_FEATURES as for a classifier if no kind fits */
function readAnyArtefact(directory: string): { artefact: Artefact; verify: (artefact: Artefact) => unknown } {
  let refusal: unknown
  for (const { hash, verify } of KINDS) {
    try {
      return { artefact: readArtefact(directory, hash), verify }
    } catch (error) {
      if (!(error instanceof ModelError) || error.code !== 'MODEL_FEATURES') throw error
      refusal ??= error
    }
  }
  throw refusal
}

/** What `--json` prints. */
function describe({ manifest, weights, manifestBytes, absentFiles, sha256 }: Artefact) {
  const absent = new Set(absentFiles.map(formOf))
  const { macs, parameters } = createNetwork(manifest, weights)
  return {
    id: manifest.id,
    sha256,
    created: manifest.created,
    labels: manifest.labels,
    input_shape: manifest.input.shape,
    layers: manifest.layers.map(({ name, op, output_shape }) => ({ name, op, output_shape })),
    parameters,
    macs,
    weights_bytes: weights.length,
    forms: [...formSizes(manifest, manifestBytes)].map(([form, bytes]) => ({
      form,
      bytes,
      present: !absent.has(form),
    })),
    feature_params_hash: manifest.feature_params_hash,
    temperature: manifest.calibration.temperature,
    prior: manifest.prior,
    licence: manifest.licence,
    training_corpora: manifest.training_corpora,
    metrics: manifest.metrics,
  }
}

function table(artefact: Artefact): string {
  const about = describe(artefact)
  const rows: [string, string][] = [
    ['model', about.id],
    ['sha256', about.sha256],
    ['created', about.created],
    ['labels', about.labels.join(', ')],
    ['input', about.input_shape.join(' × ')],
    ['parameters', about.parameters.toLocaleString('en')],
    ['MACs a decision', about.macs.toLocaleString('en')],
    ['weights', `${(about.weights_bytes / 1024).toFixed(1)} KiB`],
    ...about.forms.map(({ form, bytes, present }): [string, string] => [
      `form ${form}`,
      `${(bytes / 1000).toFixed(1)} kB${present ? '' : ', not here'}`,
    ]),
    ['features', about.feature_params_hash],
    ['temperature', String(about.temperature)],
    ['licence', about.licence],
    ['trained on', about.training_corpora.join(', ') || 'nothing named'],
    ...about.layers.map(({ name, op, output_shape }): [string, string] => [
      `layer ${name}`,
      `${op} → ${output_shape.join(' × ')}`,
    ]),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('')
}

function countFiles({ manifest, absentFiles }: Artefact): string {
  return `${Object.keys(manifest.files).length - absentFiles.length} files`
}

/** Files that need not be there, and are not. */
function absence({ absentFiles }: Artefact): string {
  return absentFiles.length === 0 ? '' : `; not here: ${absentFiles.join(', ')}`
}

function countVectors({ golden }: Artefact): string {
  return `${golden.length} golden vector${golden.length === 1 ? '' : 's'}`
}
