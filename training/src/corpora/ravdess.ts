import { basename } from 'node:path'
import { LABELS, type Clip } from './clip.js'
import { wavPaths } from './wav-paths.js'

/** Holds the same recording as its repetition 1: left out. */
const DUPLICATE = '03-01-03-01-02-02-07'

const NAME = /^03-01-(0[1-8])-(0[12])-0[12]-0[12]-(\d\d)$/

/**
 * RAVDESS speech: 24 actors, eight classes. Odd actors are male.
 *
 * @see Livingstone & Russo 2018, doi:10.1371/journal.pone.0196391
 */
export function ravdessClips(folder: string): Clip[] {
  return wavPaths(folder).flatMap((path) => {
    const name = basename(path, '.wav')
    const match = NAME.exec(name)
    if (!match || name === DUPLICATE) return []
    const label = LABELS[Number(match[1]) - 1] as Clip['label']
    const actor = Number(match[3])
    return [
      {
        path,
        corpus: 'ravdess',
        speaker: String(actor),
        sex: actor % 2 === 1 ? 'male' : 'female',
        label,
        corpusLabel: label as string,
      } satisfies Clip,
    ]
  })
}
