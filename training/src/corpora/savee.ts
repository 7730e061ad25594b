import { basename } from 'node:path'
import type { Clip, Label } from './clip.js'
import type { Corpus } from './corpus.js'
import { wavPaths } from './wav-paths.js'

const NAME = /^(DC|JE|JK|KL)_(a|d|f|h|n|sa|su)(\d\d)$/

const CLASSES: Readonly<Record<string, readonly [name: string, label: Label]>> = {
  a: ['anger', 'angry'],
  d: ['disgust', 'disgust'],
  f: ['fear', 'fearful'],
  h: ['happiness', 'happy'],
  n: ['neutral', 'neutral'],
  sa: ['sadness', 'sad'],
  su: ['surprise', 'surprised'],
}

/**
 * SAVEE: four men, seven classes, `DC_a01.wav`. Each class has sentences of its own.
 *
 * @see Haq & Jackson 2010, "Multimodal emotion recognition"
 */
export const SAVEE: Corpus = {
  name: 'savee',
  title: 'SAVEE',
  language: 'English',
  licence: 'free for research use',
  source: 'http://kahlan.eps.surrey.ac.uk/savee/',
  labels: ['neutral', 'happy', 'sad', 'angry', 'fearful', 'disgust', 'surprised'],
  leftOut: [],
  expectedClips: 480,
  load: (folder) => wavPaths(folder).flatMap((path) => clipOf(path) ?? []),
}

function clipOf(path: string): Clip | null {
  const name = basename(path, '.wav')
  const [, speaker, code, sentence] = NAME.exec(name) ?? []
  if (!speaker || !code || !sentence) return null
  const [corpusLabel, label] = CLASSES[code] as readonly [string, Label]
  return {
    path,
    corpus: 'savee',
    name,
    speaker,
    sex: 'male',
    label,
    corpusLabel,
    intensity: null,
    text: `${code}${sentence}`,
  }
}
