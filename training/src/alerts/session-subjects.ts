import type { Clip } from '../corpora/clip.js'
import { EMOBOX_TEST_ACTORS } from '../protocols/ravdess-emobox6.js'
import { isAmong, RELEASED_TEST, type Speakers } from '../protocols/held-out-speakers.js'

/** What is judged for what: thresholds are chosen on `dev` alone; the other two are only reported on. */
export type SessionSet = 'dev' | 'test' | 'released'

/** Somebody whom a model has never heard. */
export interface Subject {
  readonly set: SessionSet
  /** `fold-1` … of `ravdess-emobox6`, `emodb-fold-03` … of `emodb-loso10`, or `RELEASED_MODEL`. */
  readonly model: string
  readonly corpus: string
  readonly speaker: string
}

export const RELEASED_MODEL = 'released'
/** Of those whom the released model holds out; the fold models test none of them. */
const RELEASED_DEV: Speakers = { ravdess: ['4'], emodb: ['03'], nemo: ['IC0'] }
/** Before the fold's name, of a model of `emodb-loso10`. */
export const EMODB_PREFIX = 'emodb-fold-'

/** Folds of `ravdess-emobox6` whose speakers thresholds are chosen on; the others' are tested on. */
const DEV_FOLDS = ['1', '2', '3']
const TEST_FOLDS = ['4', '5', '6']

/**
 * Who speaks in which set.
 *
 * RAVDESS and EMO-DB are judged by the fold models that have heard everybody of the corpus but the fold's test
 * speakers, as the released model has heard its corpora. nEMO and TESS are judged by models that have heard RAVDESS
 * alone: another language, other microphones. The speakers of EMO-DB and nEMO are dealt out, sorted, to dev and test in
 * turn. Thresholds are shipped with the released model, whose scores are its own: of the people whom it holds out one of
 * each corpus is in dev, and the others, who are in no dev session, are what it is judged on. TESS may only be evaluated
 * on, so it is no part of dev either.
 */
export function sessionSubjects(clips: readonly Clip[]): Subject[] {
  const subjects: Subject[] = []
  const add = (set: SessionSet, model: string, corpus: string, speaker: string): void => {
    subjects.push({ set, model, corpus, speaker })
  }
  for (const fold of [...DEV_FOLDS, ...TEST_FOLDS]) {
    const set = DEV_FOLDS.includes(fold) ? 'dev' : 'test'
    for (const actor of EMOBOX_TEST_ACTORS[Number(fold) - 1] ?? []) {
      const isReserved = RELEASED_TEST['ravdess']?.includes(String(actor)) ?? false
      if (!(set === 'dev' && isReserved)) add(set, `fold-${fold}`, 'ravdess', String(actor))
    }
  }
  for (const corpus of ['emodb', 'nemo']) {
    const speakers = speakersOf(
      clips.filter((clip) => clip.corpus === corpus && !isAmong(RELEASED_TEST, clip)),
    )
    speakers.forEach((speaker, i) => {
      const set = i % 2 === 0 ? 'dev' : 'test'
      const folds = set === 'dev' ? DEV_FOLDS : TEST_FOLDS
      const ravdessFold = `fold-${folds[Math.floor(i / 2) % folds.length]}`
      add(set, corpus === 'emodb' ? `${EMODB_PREFIX}${speaker}` : ravdessFold, corpus, speaker)
    })
  }
  const tess = speakersOf(clips.filter(({ corpus }) => corpus === 'tess'))
  tess.forEach((speaker, i) => {
    add('test', `fold-${TEST_FOLDS[i % TEST_FOLDS.length]}`, 'tess', speaker)
  })
  for (const [corpus, speakers] of Object.entries({ ...RELEASED_TEST, tess })) {
    for (const speaker of speakers) {
      const isDev = RELEASED_DEV[corpus]?.includes(speaker) ?? false
      add(isDev ? 'dev' : 'released', RELEASED_MODEL, corpus, speaker)
    }
  }
  const present = new Set(clips.map(({ corpus, speaker }) => `${corpus} ${speaker}`))
  return subjects.filter(({ corpus, speaker }) => present.has(`${corpus} ${speaker}`))
}

function speakersOf(clips: readonly Clip[]): string[] {
  return [...new Set(clips.map(({ speaker }) => speaker))].sort()
}
