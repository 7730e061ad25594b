import { CREMAD } from '../corpora/cremad.js'
import { createRandom } from '../random.js'
import { groupedProtocol } from './grouped-protocol.js'

const FOLDS = 5
const SEED = 91
const FIRST_ACTOR = 1001
const ACTORS = 91

/** Dealt from the published list of actors, so that a clip that is missing moves no other. */
const FOLD_OF: ReadonlyMap<string, string> = new Map(
  createRandom(SEED)
    .shuffle(Array.from({ length: ACTORS }, (_, i) => String(FIRST_ACTOR + i)))
    .map((actor, i) => [actor, String((i % FOLDS) + 1)]),
)

/** Five folds over the actors of CREMA-D; the inner split holds out the next fold's actors. */
export const CREMAD_5 = groupedProtocol(
  {
    name: 'cremad',
    version: 1,
    doc: 'Five folds of 18 or 19 actors of CREMA-D, dealt at random; six classes.',
    corpora: ['cremad'],
    labels: CREMAD.labels,
    speakerIndependent: true,
  },
  {
    names: Array.from({ length: FOLDS }, (_, i) => String(i + 1)),
    assign: () => (clip) => FOLD_OF.get(clip.speaker),
  },
)
