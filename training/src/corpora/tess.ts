import { basename } from 'node:path'
import type { Clip, Label } from './clip.js'
import type { Corpus } from './corpus.js'
import { wavPaths } from './wav-paths.js'

const NAME = /^(OAF?|YAF)_([a-z]+)_([a-z]+)$/

const CLASSES: ReadonlyMap<string, Label> = new Map([
  ['neutral', 'neutral'],
  ['happy', 'happy'],
  ['sad', 'sad'],
  ['angry', 'angry'],
  ['fear', 'fearful'],
  ['disgust', 'disgust'],
  ['ps', 'surprised'],
])

/**
 * TESS: two actresses, seven classes, 200 words in each. Its licence allows no derivatives: for evaluation only.
 *
 * @see Pichora-Fuller & Dupuis 2020, doi:10.5683/SP2/E8H2MF
 */
export const TESS: Corpus = {
  name: 'tess',
  title: 'TESS',
  language: 'English',
  licence: 'CC BY-NC-ND 4.0: evaluation only',
  source: 'https://doi.org/10.5683/SP2/E8H2MF',
  labels: ['neutral', 'happy', 'sad', 'angry', 'fearful', 'disgust', 'surprised'],
  leftOut: [],
  expectedClips: 2800,
  load: (folder) => wavPaths(folder).flatMap((path) => clipOf(path) ?? []),
}

function clipOf(path: string): Clip | null {
  const name = basename(path, '.wav')
  const [, actress, text, corpusLabel] = NAME.exec(name) ?? []
  const label = CLASSES.get(corpusLabel ?? '')
  if (!actress || !text || !corpusLabel || !label) return null
  return {
    path,
    corpus: 'tess',
    name,
    // One file of the older actress is named `OA_…`.
    speaker: actress === 'OA' ? 'OAF' : actress,
    sex: 'female',
    label,
    corpusLabel,
    intensity: null,
    text,
  }
}
