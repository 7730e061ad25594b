import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { InputError } from '../../../src/errors.js'
import type { Clip, Label } from './clip.js'
import { wavPaths } from './wav-paths.js'

const CLASSES: Readonly<Record<string, Label>> = {
  anger: 'angry',
  fear: 'fearful',
  happiness: 'happy',
  neutral: 'neutral',
  sadness: 'sad',
  surprised: 'surprised',
}

/**
 * nEMO: nine Polish speakers, six classes; speaker and sex from `data.tsv`.
 *
 * @throws {InputError} `CORPUS_NOT_FOUND` if `data.tsv` is missing
 * @see Christop 2024, arXiv:2404.06292
 */
export function nemoClips(folder: string): Clip[] {
  const sexOf = new Map<string, string>()
  for (const line of readTable(join(folder, 'data.tsv'))) {
    const fields = line.split('\t')
    const speaker = fields[4]
    const sex = fields[5]
    if (speaker && sex) sexOf.set(speaker, sex)
  }
  return wavPaths(join(folder, 'samples')).flatMap((path) => {
    const [speaker, name] = basename(path, '.wav').split('_')
    const label = name && Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined
    if (!speaker || !name || !label) return []
    const sex = sexOf.get(speaker) === 'male' ? 'male' : 'female'
    return [{ path, corpus: 'nemo', speaker, sex, label, corpusLabel: name } satisfies Clip]
  })
}

function readTable(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').slice(1)
  } catch (cause) {
    throw new InputError('CORPUS_NOT_FOUND', `nEMO's table is missing: ${path}`, { cause })
  }
}
