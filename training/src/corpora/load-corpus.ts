import { join } from 'node:path'
import { ConfigError } from '../../../src/errors.js'
import type { Clip } from './clip.js'
import { emodbClips } from './emodb.js'
import { nemoClips } from './nemo.js'
import { ravdessClips } from './ravdess.js'
import { tessClips } from './tess.js'

const LOADERS = { ravdess: ravdessClips, emodb: emodbClips, tess: tessClips, nemo: nemoClips } as const

export const CORPUS_NAMES = Object.keys(LOADERS)

/**
 * The clips of a corpus that lies, as WAV in its published layout, in a folder of its name.
 *
 * @param root folder that holds the corpora
 * @throws {ConfigError} `CORPUS_UNKNOWN`
 * @throws {InputError} `CORPUS_NOT_FOUND`
 */
export function loadCorpus(root: string, name: string): Clip[] {
  if (!Object.hasOwn(LOADERS, name)) {
    throw new ConfigError(
      'CORPUS_UNKNOWN',
      `corpus '${name}' is unknown; choose from ${CORPUS_NAMES.join(', ')}`,
    )
  }
  return LOADERS[name as keyof typeof LOADERS](join(root, name))
}
