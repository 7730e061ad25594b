import { createHash } from 'node:crypto'
import type { Clip } from '../corpora/clip.js'
import type { Fold } from './protocol.js'

/**
 * SHA-256 over what each fold trains and tests on, by the clips' names: it is the same wherever the corpora lie and
 * in whatever order they were read, and another as soon as one clip moves.
 */
export function splitFingerprint(folds: readonly Fold[]): string {
  const hash = createHash('sha256')
  for (const { fold, train, test } of folds) {
    hash.update(JSON.stringify([fold, namesOf(train), namesOf(test)]))
  }
  return hash.digest('hex')
}

function namesOf(clips: readonly Clip[]): string[] {
  return clips.map(({ corpus, name }) => `${corpus}/${name}`).sort()
}
