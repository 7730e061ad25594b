import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../../../src/errors.js'
import type { Clip } from './clip.js'
import type { Corpus } from './corpus.js'
import { CREMAD } from './cremad.js'
import { EMODB } from './emodb.js'
import { loadManifest } from './manifest.js'
import { NEMO } from './nemo.js'
import { RAVDESS } from './ravdess.js'
import { SAVEE } from './savee.js'
import { TESS } from './tess.js'

export const CORPORA: readonly Corpus[] = [RAVDESS, EMODB, TESS, NEMO, SAVEE, CREMAD]

export const CORPUS_NAMES: readonly string[] = CORPORA.map(({ name }) => name)

/** @throws {ConfigError} `CORPUS_UNKNOWN` */
export function corpusByName(name: string): Corpus {
  const corpus = CORPORA.find((known) => known.name === name)
  if (!corpus) {
    throw new ConfigError(
      'CORPUS_UNKNOWN',
      `corpus '${name}' is unknown; choose from ${CORPUS_NAMES.join(', ')}, or a manifest, FILE.csv`,
    )
  }
  return corpus
}

/** Corpora that have a folder below `root`. */
export function presentCorpora(root: string): Corpus[] {
  return CORPORA.filter(({ name }) => existsSync(join(root, name)))
}

/**
 * The clips of a corpus that lies, as WAV in its published layout, in a folder of its name; or, for a name that ends
 * in `.csv`, those of that manifest.
 *
 * @param root folder that holds the corpora
 * @throws {ConfigError} `CORPUS_UNKNOWN`
 * @throws {InputError} `CORPUS_NOT_FOUND`, and a manifest's errors
 */
export function loadCorpus(root: string, name: string): Clip[] {
  if (name.toLowerCase().endsWith('.csv')) return loadManifest(name)
  return corpusByName(name).load(join(root, name))
}
