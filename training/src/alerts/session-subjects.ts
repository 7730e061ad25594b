import type { Clip } from '../corpora/clip.js'
import { EMOBOX_TEST_ACTORS } from '../protocols/ravdess-emobox6.js'
import { isAmong, RELEASED_TEST } from '../protocols/held-out-speakers.js'

/** What is judged for what: thresholds are chosen on `dev` alone; the other two are only reported on. */
export type SessionSet = 'dev' | 'test' | 'released'

/** Somebody whom a model has never heard. */
export interface Subject {
  readonly set: SessionSet
  /** `fold-1` … `fold-6`, or the released model's id. */
  readonly model: string
  readonly corpus: string
  readonly speaker: string
}

export const RELEASED_MODEL = 'released'

/** Folds of `ravdess-emobox6` whose speakers thresholds are chosen on; the others' are tested on. */
const DEV_FOLDS = ['1', '2', '3']
const TEST_FOLDS = ['4', '5', '6']

/**
 * Who speaks in which set.
 *
 * The fold models heard RAVDESS alone in training: their folds' test actors are new to them, and so is everybody of the
 * other corpora, whose speakers are dealt out, sorted, to dev and test in turn. Whom the released model holds out is in
 * no dev session, so that the thresholds know nothing of them when it is judged on them. TESS may only be evaluated
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
      const turn = Math.floor(i / 2) % DEV_FOLDS.length
      if (i % 2 === 0) add('dev', `fold-${DEV_FOLDS[turn]}`, corpus, speaker)
      else add('test', `fold-${TEST_FOLDS[turn]}`, corpus, speaker)
    })
  }
  const tess = speakersOf(clips.filter(({ corpus }) => corpus === 'tess'))
  tess.forEach((speaker, i) => {
    add('test', `fold-${TEST_FOLDS[i % TEST_FOLDS.length]}`, 'tess', speaker)
  })
  for (const [corpus, speakers] of Object.entries({ ...RELEASED_TEST, tess })) {
    for (const speaker of speakers) add('released', RELEASED_MODEL, corpus, speaker)
  }
  const present = new Set(clips.map(({ corpus, speaker }) => `${corpus} ${speaker}`))
  return subjects.filter(({ corpus, speaker }) => present.has(`${corpus} ${speaker}`))
}

function speakersOf(clips: readonly Clip[]): string[] {
  return [...new Set(clips.map(({ speaker }) => speaker))].sort()
}
