import { UNIFIED_LABELS } from '../corpora/clip.js'
import { isAmong, RELEASED_INNER, RELEASED_TEST } from './held-out-speakers.js'
import type { Protocol } from './protocol.js'

const NAME = 'released'
const TRAINED_ON = ['ravdess', 'emodb', 'nemo']
const ONLY_TESTED = ['tess']

/**
 * What the shipped model is trained on, and whom it never hears: a woman and a man of each of its corpora, and all of
 * TESS, which its licence keeps out of the training.
 */
export const RELEASED: Protocol = {
  name: NAME,
  version: 1,
  doc: 'The shipped model: RAVDESS, EMO-DB and nEMO, less a woman and a man of each; tested on those and on TESS.',
  corpora: TRAINED_ON,
  optionalCorpora: ONLY_TESTED,
  labels: UNIFIED_LABELS,
  speakerIndependent: true,
  foldNames: [NAME],
  folds(clips) {
    const trained = clips.filter((clip) => TRAINED_ON.includes(clip.corpus))
    const onlyTested = clips.filter((clip) => ONLY_TESTED.includes(clip.corpus))
    return [
      {
        protocol: NAME,
        version: this.version,
        fold: NAME,
        inner: false,
        labels: this.labels,
        train: trained.filter((clip) => !isAmong(RELEASED_TEST, clip)),
        test: [...trained.filter((clip) => isAmong(RELEASED_TEST, clip)), ...onlyTested],
      },
    ]
  },
  inner: (fold) => ({
    ...fold,
    inner: true,
    train: fold.train.filter((clip) => !isAmong(RELEASED_INNER, clip)),
    test: fold.train.filter((clip) => isAmong(RELEASED_INNER, clip)),
  }),
}
