import { ConfigError } from '../../../src/errors.js'
import type { Clip } from '../corpora/clip.js'

/**
 * Test actors of each fold of EmoBox's speaker-independent protocol for RAVDESS.
 *
 * @see Ma et al. 2024, "EmoBox", Interspeech
 */
export const EMOBOX_TEST_ACTORS: readonly (readonly number[])[] = [
  [1, 11, 20, 21],
  [4, 10, 12, 14],
  [8, 9, 19, 23],
  [3, 5, 7, 24],
  [2, 15, 16, 18],
  [6, 13, 17, 22],
]

export interface Split {
  /** Named and versioned: it stands in the model card. */
  readonly name: string
  readonly train: readonly Clip[]
  readonly test: readonly Clip[]
}

/**
 * One fold: train on 20 actors, test on the 4 others. With `inner`, the test actors are set aside altogether and
 * another fold's actors serve as validation: choices are made there, never on the test actors.
 *
 * @param fold 1 to 6
 * @throws {ConfigError} `TRAINING_BAD_FOLD`
 */
export function ravdessEmobox6(clips: readonly Clip[], fold: number, inner: boolean): Split {
  const test = actorsOf(fold)
  if (!inner) {
    return {
      name: `ravdess-emobox6/fold-${fold}`,
      train: clips.filter((clip) => !test.has(clip.speaker)),
      test: clips.filter((clip) => test.has(clip.speaker)),
    }
  }
  const innerFold = (fold % EMOBOX_TEST_ACTORS.length) + 1
  const validation = actorsOf(innerFold)
  return {
    name: `ravdess-emobox6/fold-${fold}/inner-${innerFold}`,
    train: clips.filter((clip) => !test.has(clip.speaker) && !validation.has(clip.speaker)),
    test: clips.filter((clip) => validation.has(clip.speaker)),
  }
}

function actorsOf(fold: number): Set<string> {
  const actors = EMOBOX_TEST_ACTORS[fold - 1]
  if (!actors) throw new ConfigError('TRAINING_BAD_FOLD', `fold ${fold} does not exist; choose 1 to 6`)
  return new Set(actors.map(String))
}
