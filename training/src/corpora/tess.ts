import { basename } from 'node:path'
import type { Clip, Label } from './clip.js'
import { wavPaths } from './wav-paths.js'

const CLASSES: Readonly<Record<string, Label>> = {
  neutral: 'neutral',
  happy: 'happy',
  sad: 'sad',
  angry: 'angry',
  fear: 'fearful',
  disgust: 'disgust',
  ps: 'surprised',
}

/**
 * TESS: two actresses, seven classes. Its licence allows no derivatives: for evaluation only.
 *
 * @see Pichora-Fuller & Dupuis 2020, doi:10.5683/SP2/E8H2MF
 */
export function tessClips(folder: string): Clip[] {
  return wavPaths(folder).flatMap((path) => {
    const parts = basename(path, '.wav').split('_')
    const name = parts.at(-1) as string
    if (parts.length !== 3 || !Object.hasOwn(CLASSES, name)) return []
    // One file of the older actress is named `OA_…`.
    const speaker = (parts[0] as string).startsWith('O') ? 'OAF' : 'YAF'
    const label = CLASSES[name] as Label
    return [{ path, corpus: 'tess', speaker, sex: 'female', label, corpusLabel: name } satisfies Clip]
  })
}
