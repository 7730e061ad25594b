import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInt8Classifier } from '../../classify/int8-classifier.js'
import {
  ARCHIVE_ENDING,
  ARCHIVE_NAMES,
  MODEL_CARD,
  packModel,
  unpackModel,
} from '../../delivery/model-archive.js'
import { orderJson, signOrder } from '../../delivery/model-order.js'
import { readSigningKey } from '../../ed25519.js'
import { ModelError, UsageError } from '../../errors.js'
import { featureParamsHash } from '../../features/feature-params-hash.js'
import { FEATURE_PARAMS } from '../../features/feature-params.js'
import { isOptional } from '../../nn/artefact-forms.js'
import { readArtefact } from '../../nn/artefact-reader.js'
import { reasonOf } from '../../reason-of.js'
import type { CommandIo } from '../io.js'
import { parseOptions } from '../parse-options.js'
import { readSettingFile } from '../read-setting-file.js'

export const SIGN_HELP = `Usage: affectd model sign DIR --key FILE [--out FILE]

Verifies the model in DIR, packs what a device needs of it into one archive, and writes beside it the order to take it,
signed: ID${ARCHIVE_ENDING} and ID${ARCHIVE_ENDING}.json.

  --key FILE   the private key: PEM, Ed25519, not encrypted; see affectd model keygen
  --out FILE   the archive; default ID${ARCHIVE_ENDING} in the present folder
`

/**
 * `affectd model sign DIR --key FILE`
 *
 * @throws {UsageError} USAGE_ARGUMENTS, USAGE_OUTPUT
 * @throws {ConfigError} CONFIG_NOT_FOUND, CONFIG_REMOTE_KEY
 * @throws {ModelError} as `readArtefact` and `verifyGolden`; MODEL_ARCHIVE if no device could take it
 */
export async function signCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseOptions('model sign', args, {
    key: { type: 'string' },
    out: { type: 'string' },
  })
  if (values.help === true) {
    io.out(SIGN_HELP)
    return 0
  }
  const [directory, ...rest] = positionals
  if (directory === undefined || rest.length > 0 || values.key === undefined) {
    throw new UsageError(
      'USAGE_ARGUMENTS',
      'affectd model sign takes one model directory and --key; see --help',
    )
  }
  const key = readSigningKey(readSettingFile('--key', values.key), `--key: ${values.key}`)
  const { id, archive } = await packDirectory(directory)
  const sha256 = createHash('sha256').update(archive).digest('hex')
  const order = signOrder(key, { id, size: archive.length, sha256 })
  const path = values.out ?? `${id}${ARCHIVE_ENDING}`
  write(path, archive)
  write(`${path}.json`, `${JSON.stringify(orderJson(order), null, 2)}\n`)
  io.out(`${path}: model ${id}, ${archive.length} bytes, SHA-256 ${sha256}\n${path}.json: the signed order\n`)
  return 0
}

/** Only what a device would take leaves the house. */
async function packDirectory(
  directory: string,
): Promise<{ readonly id: string; readonly archive: Uint8Array }> {
  const artefact = readArtefact(directory, featureParamsHash(FEATURE_PARAMS))
  createInt8Classifier(artefact)
  const { id, files } = artefact.manifest
  const foreign = Object.keys(files).find((name) => !isOptional(name) && !ARCHIVE_NAMES.has(name))
  if (foreign !== undefined) {
    throw new ModelError('MODEL_ARCHIVE', `model ${id} needs ${foreign}, which no device takes`)
  }
  const names = [...ARCHIVE_NAMES].filter((name) => name !== MODEL_CARD || existsSync(join(directory, name)))
  const archive = packModel(new Map(names.map((name) => [name, read(join(directory, name))])))
  await unpackModel(archive)
  return { id, archive }
}

/** @throws {ModelError} MODEL_NOT_FOUND */
function read(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new ModelError(
      'MODEL_NOT_FOUND',
      `${path} cannot be read (${reasonOf(cause)}); mend or remove it`,
      {
        cause,
      },
    )
  }
}

/** @throws {UsageError} USAGE_OUTPUT */
function write(path: string, content: Uint8Array | string): void {
  try {
    writeFileSync(path, content)
  } catch (cause) {
    const { code = 'unwritable' } = cause as NodeJS.ErrnoException
    throw new UsageError(
      'USAGE_OUTPUT',
      `${path} cannot be written (${code}); name another file with --out`,
      { cause },
    )
  }
}
