import { UNIFIED_LABELS, type Clip, type Label } from '../corpora/clip.js'
import { corpusByName } from '../corpora/load-corpus.js'
import { isAmong, RELEASED_INNER } from './held-out-speakers.js'
import type { Fold, Protocol } from './protocol.js'

const NAME = 'cross-corpus'
const VERSION = 1
const TRAINED_ON = ['ravdess', 'emodb', 'nemo']
const ONLY_TESTED = ['tess', 'savee', 'cremad']

/**
 * One fold a corpus: trained on RAVDESS, EMO-DB and nEMO without it, judged on it and on the classes that both sides
 * know. TESS is in no training (its licence), nor are SAVEE and CREMA-D, which not everybody has: so a fold is the
 * same wherever it is run. The inner split holds out a woman and a man of each corpus trained on.
 */
export const CROSS_CORPUS: Protocol = {
  name: NAME,
  version: VERSION,
  doc: 'One corpus tested, RAVDESS, EMO-DB and nEMO (without it) trained on; judged on the classes that both know.',
  corpora: TRAINED_ON,
  optionalCorpora: ONLY_TESTED,
  labels: UNIFIED_LABELS,
  speakerIndependent: true,
  foldNames: [...TRAINED_ON, ...ONLY_TESTED],
  folds: (clips) =>
    [...TRAINED_ON, ...ONLY_TESTED]
      .filter((corpus) => TRAINED_ON.includes(corpus) || clips.some((clip) => clip.corpus === corpus))
      .map((corpus) => foldOf(corpus, clips)),
  inner: (fold) => ({
    ...fold,
    inner: true,
    train: fold.train.filter((clip) => !isAmong(RELEASED_INNER, clip)),
    test: fold.train.filter((clip) => isAmong(RELEASED_INNER, clip) && fold.labels.includes(clip.label)),
  }),
}

function foldOf(tested: string, clips: readonly Clip[]): Fold {
  const others = TRAINED_ON.filter((corpus) => corpus !== tested)
  const labels = sharedLabels(tested, others)
  return {
    protocol: NAME,
    version: VERSION,
    fold: tested,
    inner: false,
    labels,
    train: clips.filter((clip) => others.includes(clip.corpus)),
    test: clips.filter((clip) => clip.corpus === tested && labels.includes(clip.label)),
  }
}

function sharedLabels(tested: string, others: readonly string[]): readonly Label[] {
  const known = new Set(others.flatMap((corpus) => corpusByName(corpus).labels))
  return corpusByName(tested).labels.filter((label) => known.has(label))
}
