import { LABELS } from '../corpora/clip.js'
import { groupedProtocol } from './grouped-protocol.js'

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

/** Train on 20 actors, test on the 4 others; the inner split holds out the next fold's. */
export const RAVDESS_EMOBOX6 = groupedProtocol(
  {
    name: 'ravdess-emobox6',
    version: 1,
    doc: "EmoBox's six folds: four actors tested, the other twenty trained on.",
    corpora: ['ravdess'],
    labels: LABELS,
    speakerIndependent: true,
  },
  {
    names: EMOBOX_TEST_ACTORS.map((_, i) => String(i + 1)),
    assign: () => (clip) =>
      String(EMOBOX_TEST_ACTORS.findIndex((actors) => actors.includes(Number(clip.speaker))) + 1),
  },
)
