import { AlertBoard } from '../../../src/affect/alerts/alert-board.js'
import type { AlertRule } from '../../../src/affect/alerts/alert-rule.js'
import type { Judgement } from '../../../src/affect/judgement.js'
import type { RaisedAlert } from './score-alerts.js'
import type { SessionRecord } from './session-record.js'

/** A session's decisions as the device had them, ready for one rule after another. */
export interface ReplayedSession {
  readonly record: SessionRecord
  /** One a recorded decision. */
  readonly judgements: readonly Judgement[]
}

/** Alerts that the device's own rule engine raises on a session. They count from when the decision was made. */
export function replayRule({ record, judgements }: ReplayedSession, rule: AlertRule): RaisedAlert[] {
  const board = new AlertBoard([rule])
  return judgements.flatMap((judgement, n) => {
    const { atSample } = record.decisions[n]!
    return board
      .hear(judgement)
      .filter(({ active }) => active)
      .map(() => ({ atSample }))
  })
}
