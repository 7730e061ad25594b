import { TESS } from '../corpora/tess.js'
import { createRandom } from '../random.js'
import { groupedProtocol } from './grouped-protocol.js'
import type { Fold, Protocol } from './protocol.js'

const SEED = 2
const INNER_SHARE = 0.2

const OUTER = groupedProtocol(
  {
    name: 'tess-loso2',
    version: 1,
    doc: 'One actress of TESS tested, the other trained on. Research only: nothing trained on it is released.',
    corpora: ['tess'],
    labels: TESS.labels,
    speakerIndependent: true,
  },
  { names: ['OAF', 'YAF'], assign: () => (clip) => clip.speaker },
)

/**
 * Leave one actress out. TESS's licence (CC BY-NC-ND) allows no derivatives: a network trained here is measured and
 * thrown away.
 *
 * With one actress left there is nobody else to hold out: the inner split holds out a fifth of her words, each in all
 * of its classes.
 */
export const TESS_LOSO2: Protocol = {
  ...OUTER,
  inner(fold: Fold): Fold {
    const words = [...new Set(fold.train.map((clip) => clip.text))].sort()
    const held = new Set(
      createRandom(SEED)
        .shuffle(words)
        .slice(0, Math.round(words.length * INNER_SHARE)),
    )
    return {
      ...fold,
      inner: true,
      train: fold.train.filter((clip) => !held.has(clip.text)),
      test: fold.train.filter((clip) => held.has(clip.text)),
    }
  },
}
