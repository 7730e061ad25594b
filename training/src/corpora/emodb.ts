import { basename } from 'node:path'
import type { Clip, Label } from './clip.js'
import type { Corpus } from './corpus.js'
import { wavPaths } from './wav-paths.js'

const NAME = /^(\d\d)([ab]\d\d)([WLEAFTN])[a-z]?$/

const CLASSES: Readonly<Record<string, readonly [name: string, label: Label]>> = {
  W: ['anger', 'angry'],
  L: ['boredom', 'bored'],
  E: ['disgust', 'disgust'],
  A: ['fear', 'fearful'],
  F: ['happiness', 'happy'],
  T: ['sadness', 'sad'],
  N: ['neutral', 'neutral'],
}

const MALE = new Set(['03', '10', '11', '12', '15'])

/**
 * Berlin EMO-DB: ten speakers, seven classes, boredom among them.
 *
 * @see Burkhardt et al. 2005
 */
export const EMODB: Corpus = {
  name: 'emodb',
  title: 'Berlin EMO-DB',
  language: 'German',
  licence: 'free for research use',
  source: 'http://emodb.bilderbar.info/',
  labels: ['neutral', 'happy', 'sad', 'angry', 'fearful', 'disgust', 'bored'],
  leftOut: [],
  expectedClips: 535,
  load: (folder) => wavPaths(folder).flatMap((path) => clipOf(path) ?? []),
}

function clipOf(path: string): Clip | null {
  const name = basename(path, '.wav')
  const [, speaker, text, letter] = NAME.exec(name) ?? []
  if (!speaker || !text || !letter) return null
  const [corpusLabel, label] = CLASSES[letter] as readonly [string, Label]
  return {
    path,
    corpus: 'emodb',
    name,
    speaker,
    sex: MALE.has(speaker) ? 'male' : 'female',
    label,
    corpusLabel,
    intensity: null,
    text,
  }
}
