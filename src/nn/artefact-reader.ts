import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { ModelError } from '../errors.js'
import { isOptional } from './artefact-forms.js'
import { parseGolden, type GoldenVector } from './golden.js'
import { checkManifest } from './manifest-checks.js'
import { parseManifest } from './manifest-parser.js'
import type { ModelManifest } from './manifest.js'
import { elementCount } from './shapes.js'
import { checkWeights } from './weights-checks.js'

const MAX_MANIFEST_BYTES = 4 * 2 ** 20
const MAX_FILE_BYTES = 16 * 2 ** 20
const REQUIRED_FILES = ['weights.bin', 'golden.json'] as const

/** A model directory, read whole and checked. */
export interface Artefact {
  readonly manifest: ModelManifest
  /** weights.bin. */
  readonly weights: Uint8Array
  readonly golden: readonly GoldenVector[]
  /** Files of the other forms (`artefact-forms.ts`) that are there, by name; checked by hash alone. */
  readonly forms: ReadonlyMap<string, Uint8Array>
  /** Files of theirs that the manifest names and that are not there. */
  readonly absentFiles: readonly string[]
  /** Length of manifest.json. */
  readonly manifestBytes: number
  /** SHA-256 of manifest.json's bytes, which name the SHA-256 of every other file; lower-case hex. */
  readonly sha256: string
}

/**
 * Reads a model directory and trusts nothing in it: each file has the size and SHA-256 that the manifest names, each
 * number is in range, shapes chain, weights lie inside their file and cannot overflow an accumulator. A form for
 * another runtime may be absent though the manifest names it. Whether this engine computes what the golden vectors
 * say, `verifyGolden` checks.
 *
 * @param featureParamsHash of the feature code that will feed the network
 * @throws {ModelError} MODEL_NOT_FOUND, MODEL_SIZE, MODEL_MANIFEST, MODEL_LABELS, MODEL_FEATURES, MODEL_SHAPE,
 *   MODEL_HASH, MODEL_WEIGHTS or MODEL_GOLDEN
 */
export function readArtefact(directory: string, featureParamsHash: string): Artefact {
  const manifestBytes = readBounded(directory, 'manifest.json', MAX_MANIFEST_BYTES)
  const manifest = parseManifest(manifestBytes)
  checkFeatures(manifest, featureParamsHash)
  checkManifest(manifest)

  const files = readFiles(directory, manifest.files)
  const [weights, golden] = REQUIRED_FILES.map((name) => requireFile(files, name)) as [Uint8Array, Uint8Array]
  checkWeights(manifest, weights)
  return {
    manifest,
    weights,
    golden: parseGolden(golden, elementCount(manifest.input.shape), manifest.labels.length),
    forms: new Map([...files].filter(([name]) => isOptional(name))),
    absentFiles: Object.keys(manifest.files).filter((name) => !files.has(name)),
    manifestBytes: manifestBytes.length,
    sha256: sha256Hex(manifestBytes),
  }
}

function checkFeatures({ id, feature_params_hash: actual }: ModelManifest, expected: string): void {
  if (actual === expected) return
  throw new ModelError(
    'MODEL_FEATURES',
    `model ${id} was trained on features ${actual}, this build computes ${expected}; install a model made for this version`,
  )
}

function readFiles(directory: string, expected: ModelManifest['files']): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  for (const [name, { sha256, bytes }] of Object.entries(expected)) {
    if (isOptional(name) && !existsSync(join(directory, name))) continue
    const data = readBounded(directory, name, MAX_FILE_BYTES)
    if (data.length !== bytes) {
      throw new ModelError(
        'MODEL_HASH',
        `${name} has ${data.length} bytes, expected ${bytes}; copy the model again`,
      )
    }
    const actual = sha256Hex(data)
    if (actual !== sha256) {
      throw new ModelError(
        'MODEL_HASH',
        `${name} has SHA-256 ${actual}, expected ${sha256}; copy the model again`,
      )
    }
    files.set(name, data)
  }
  return files
}

function requireFile(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const data = files.get(name)
  if (data !== undefined) return data
  throw new ModelError('MODEL_MANIFEST', `manifest.json: files.${name} is missing; export the model again`)
}

function readBounded(directory: string, name: string, maxBytes: number): Uint8Array {
  const path = join(directory, name)
  const size = fromDisk(path, () => statSync(path))
  if (!size.isFile()) throw new ModelError('MODEL_NOT_FOUND', `${path} is not a file`)
  if (size.size > maxBytes) {
    throw new ModelError('MODEL_SIZE', `${path} has ${size.size} bytes, allowed: ${maxBytes}`)
  }
  return fromDisk(path, () => readFileSync(path))
}

function fromDisk<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException
    throw new ModelError('MODEL_NOT_FOUND', `${path} cannot be read (${code}); name a model directory`, {
      cause,
    })
  }
}

function sha256Hex(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
