import { expectedArousalValence } from '../../../src/affect/circumplex.js'
import { DEFAULT_AFFECT_PARAMS } from '../../../src/affect/affect-params.js'
import type { Judgement } from '../../../src/affect/judgement.js'
import { Smoother } from '../../../src/affect/smoother.js'
import type { ReplayedSession } from './replay-rule.js'
import { judgementOf, type SessionRecord } from './session-record.js'

/** What a rule looks at: each decision, or the smoothed present state after it. */
export interface Smoothing {
  readonly name: string
  /** Null: decisions as they are. */
  readonly halfLifeS: number | null
}

export const UNSMOOTHED: Smoothing = { name: 'none', halfLifeS: null }

/** The decisions of a session, or the state that the device has after each of them. */
export function replayed(record: SessionRecord, { halfLifeS }: Smoothing): ReplayedSession {
  const { labels } = record
  const judgements = record.decisions.map((decision) => judgementOf(decision, labels))
  if (halfLifeS === null) return { record, judgements }
  // Nothing has been heard: all are as likely. The device's prior hardly differs from that.
  const prior = labels.map(() => 1 / labels.length)
  const smoother = new Smoother(labels, prior, { ...DEFAULT_AFFECT_PARAMS, smoothingHalfLifeS: halfLifeS })
  return { record, judgements: judgements.map((judgement) => smoothed(judgement, smoother)) }
}

function smoothed(judgement: Judgement, smoother: Smoother): Judgement {
  smoother.add(judgement)
  const state = smoother.state(judgement.startSample + judgement.durationSamples, true)
  if (state === null) return judgement
  const { probabilities } = state
  return { ...judgement, probabilities, ...expectedArousalValence(probabilities) }
}
