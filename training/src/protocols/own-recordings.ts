import type { Protocol } from './protocol.js'

/** No corpus of its own: a network is trained on the recordings that are given beside it, and tested on nothing. */
export const OWN_RECORDINGS: Protocol = {
  name: 'own-recordings',
  version: 1,
  doc: 'Trained on the manifests that are given, and tested on nothing.',
  corpora: [],
  optionalCorpora: [],
  labels: [],
  speakerIndependent: false,
  foldNames: [],
  folds: () => [],
  inner: (fold) => fold,
}
