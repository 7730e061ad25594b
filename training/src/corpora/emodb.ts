import { basename } from 'node:path'
import type { Clip, Label } from './clip.js'
import { wavPaths } from './wav-paths.js'

const NAME = /^(\d\d)([ab]\d\d)([WLEAFTN])[a-z]?$/

const CLASSES: Readonly<Record<string, { name: string; label: Label | null }>> = {
  W: { name: 'anger', label: 'angry' },
  L: { name: 'boredom', label: null },
  E: { name: 'disgust', label: 'disgust' },
  A: { name: 'fear', label: 'fearful' },
  F: { name: 'happiness', label: 'happy' },
  T: { name: 'sadness', label: 'sad' },
  N: { name: 'neutral', label: 'neutral' },
}

const MALE = new Set(['03', '10', '11', '12', '15'])

/**
 * Berlin EMO-DB: ten speakers, seven classes.
 *
 * @see Burkhardt et al. 2005
 */
export function emodbClips(folder: string): Clip[] {
  return wavPaths(folder).flatMap((path) => {
    const match = NAME.exec(basename(path, '.wav'))
    const kind = match && CLASSES[match[3] as string]
    if (!match || !kind) return []
    const speaker = match[1] as string
    return [
      {
        path,
        corpus: 'emodb',
        speaker,
        sex: MALE.has(speaker) ? 'male' : 'female',
        label: kind.label,
        corpusLabel: kind.name,
      } satisfies Clip,
    ]
  })
}
