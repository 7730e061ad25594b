import { basename } from 'node:path'
import { LABELS, type Clip, type Label } from './clip.js'
import type { Corpus } from './corpus.js'
import { wavPaths } from './wav-paths.js'

const NAME = /^03-01-(0[1-8])-(0[12])-(0[12])-0[12]-(\d\d)$/

/**
 * RAVDESS speech: 24 actors, eight classes. Odd actors are male.
 *
 * @see Livingstone & Russo 2018, doi:10.1371/journal.pone.0196391
 */
export const RAVDESS: Corpus = {
  name: 'ravdess',
  title: 'RAVDESS (speech)',
  language: 'English',
  licence: 'CC BY-NC-SA 4.0',
  source: 'https://doi.org/10.5281/zenodo.1188976',
  labels: LABELS,
  // The same recording as its repetition 1.
  leftOut: ['03-01-03-01-02-02-07'],
  expectedClips: 1439,
  load: (folder) => wavPaths(folder).flatMap((path) => clipOf(path) ?? []),
}

function clipOf(path: string): Clip | null {
  const name = basename(path, '.wav')
  const match = NAME.exec(name)
  if (!match) return null
  const [, emotion, intensity, statement, actor] = match
  const label = LABELS[Number(emotion) - 1] as Label
  return {
    path,
    corpus: 'ravdess',
    name,
    speaker: String(Number(actor)),
    sex: Number(actor) % 2 === 1 ? 'male' : 'female',
    label,
    corpusLabel: label,
    intensity: intensity === '01' ? 'normal' : 'strong',
    text: statement as string,
  }
}
