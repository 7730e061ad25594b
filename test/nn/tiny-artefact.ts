import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Test } from 'tap'

import { readArtefact, type Artefact } from '../../src/nn/artefact-reader.js'
import { writeArtefact } from '../../src/nn/artefact-writer.js'
import { TINY_FEATURES_HASH, tinyInputs, tinyModel } from './tiny-model.js'

/** A manifest as hostile as the test likes. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Loose = any

/** The tiny model on disk. */
export function writeTiny(test: Test): string {
  const directory = join(test.testdir(), 'm')
  writeArtefact(directory, tinyModel(), tinyInputs(96))
  return directory
}

export function readTiny(directory: string): Artefact {
  return readArtefact(directory, TINY_FEATURES_HASH)
}

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

/** Rewrites a file and the hash that the manifest holds of it: what an attacker would do. */
export function forge(directory: string, name: string, change: (data: Buffer) => Buffer): void {
  const data = change(readFileSync(join(directory, name)))
  writeFileSync(join(directory, name), data)
  editManifest(directory, (manifest) => {
    manifest.files[name] = { sha256: sha256(data), bytes: data.length }
  })
}

export function editManifest(directory: string, edit: (manifest: Loose) => void): void {
  const path = join(directory, 'manifest.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Loose
  edit(manifest)
  writeFileSync(path, JSON.stringify(manifest))
}
