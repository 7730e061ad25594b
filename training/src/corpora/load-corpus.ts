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

/** A corpus in its place. */
export interface PlacedCorpus extends Pick<
  Corpus,
  'name' | 'title' | 'language' | 'licence' | 'source' | 'leftOut'
> {
  load(): Clip[]
}

/**
 * The corpus in the folder of its name below `root`; or, for a name that ends in `.csv`, that manifest.
 *
 * @throws {ConfigError} `CORPUS_UNKNOWN`
 */
export function corpusAt(root: string, name: string): PlacedCorpus {
  if (!isManifest(name)) {
    const corpus = corpusByName(name)
    return { ...corpus, load: () => corpus.load(join(root, name)) }
  }
  return {
    name,
    title: name,
    language: 'not said',
    licence: 'not said',
    source: name,
    leftOut: [],
    load: () => loadManifest(name),
  }
}

export function isPresent(root: string, name: string): boolean {
  return existsSync(isManifest(name) ? name : join(root, name))
}

/**
 * The clips of a corpus that lies, as WAV in its published layout, in a folder of its name, without those that repeat
 * another; or, for a name that ends in `.csv`, those of that manifest.
 *
 * @param root folder that holds the corpora
 * @throws {ConfigError} `CORPUS_UNKNOWN`
 * @throws {InputError} `CORPUS_NOT_FOUND`, and a manifest's errors
 */
export function loadCorpus(root: string, name: string): Clip[] {
  const { load, leftOut } = corpusAt(root, name)
  return load().filter((clip) => !leftOut.includes(clip.name))
}

function isManifest(name: string): boolean {
  return name.toLowerCase().endsWith('.csv')
}
