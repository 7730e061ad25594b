import { DEFAULT_AFFECT_PARAMS } from '../../../src/affect/affect-params.js'
import { expectedArousalValence } from '../../../src/affect/circumplex.js'
import type { Judgement } from '../../../src/affect/judgement.js'
import { Smoother, type SmootherParams } from '../../../src/affect/smoothing/smoother.js'
import type { ReplayedSession } from './replay-rule.js'
import { judgementOf, type SessionRecord } from './session-record.js'

/** What a rule looks at: each decision, or the smoothed present state after it. */
export interface Smoothing {
  readonly name: string
  /** Of the device's defaults; null: decisions as they are. */
  readonly params: Partial<SmootherParams> | null
}

export const UNSMOOTHED: Smoothing = { name: 'none', params: null }

/** The decisions of a session, or the state that the device has after each of them. */
export function replayed(record: SessionRecord, { params }: Smoothing): ReplayedSession {
  const { labels } = record
  const judgements = record.decisions.map((decision) => judgementOf(decision, labels))
  if (params === null) return { record, judgements }
  // Nothing has been heard: all are as likely. The models' own priors hardly differ from that.
  const prior = labels.map(() => 1 / labels.length)
  const smoother = new Smoother(labels, prior, { ...DEFAULT_AFFECT_PARAMS, ...params })
  return { record, judgements: judgements.map((judgement) => smoothed(judgement, smoother)) }
}

function smoothed(judgement: Judgement, smoother: Smoother): Judgement {
  smoother.add(judgement)
  const state = smoother.state(judgement.startSample + judgement.durationSamples, true)
  if (state === null) return judgement
  const { probabilities } = state
  return { ...judgement, probabilities, ...expectedArousalValence(probabilities) }
}
