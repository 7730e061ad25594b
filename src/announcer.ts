import type { AlertBoard } from './affect/alerts/alert-board.js'
import type { AlertChange, AlertCut } from './affect/alerts/alert-rule.js'
import type { FatigueAssessment } from './affect/fatigue/fatigue-assessment.js'
import type { AffectState, Judgement } from './affect/judgement.js'
import { alertEvent, type AlertEvent } from './publish/alert-event.js'
import type { StreamContext } from './publish/emotion-event.js'
import { emotionEvent } from './publish/emotion-event.js'
import type { EventStamp } from './publish/event-sequence.js'
import { alertMessage, emotionMessage, stateMessage } from './publish/payloads.js'
import type { Message } from './publish/publisher.js'
import type { Topics } from './publish/topics.js'

export interface AnnouncerOptions {
  readonly topics: Topics
  readonly device: Omit<StreamContext, 'streamStartMs'>
  /** One sequence for all events of a boot. */
  readonly nextStamp: () => EventStamp
  readonly alerts: AlertBoard
  /** What is said of fatigue beside the state; absent where it is not looked for. */
  readonly fatigue?: { readonly assessment: FatigueAssessment }
  /** Told of every alert before it is said. */
  readonly onAlert?: (event: AlertEvent) => void
}

/** Turns what was found into messages, in the order in which they are to be sent. */
export class Announcer {
  constructor(private readonly options: AnnouncerOptions) {}

  /** A decision, and the alerts that it raises or ends. */
  decision(judgement: Judgement, streamStartMs: number): readonly Message[] {
    const { topics, device, nextStamp, alerts } = this.options
    const event = emotionEvent(judgement, nextStamp(), { ...device, streamStartMs })
    return [emotionMessage(topics, event), ...this.#alerts(alerts.hear(judgement), streamStartMs)]
  }

  /** The alerts that a new assessment raises or ends. */
  fatigue(assessment: FatigueAssessment, streamStartMs: number): readonly Message[] {
    return this.#alerts(this.options.alerts.hearFatigue(assessment), streamStartMs)
  }

  state(state: AffectState, streamStartMs: number): readonly Message[] {
    const { topics, fatigue } = this.options
    return [stateMessage(topics, state, streamStartMs, fatigue?.assessment)]
  }

  /** Time passes: alerts that nothing was heard for are over. */
  pass(atSample: number, streamStartMs: number): readonly Message[] {
    return this.#alerts(this.options.alerts.pass(atSample), streamStartMs)
  }

  /** Alerts that are active end. */
  cutAlerts(atSample: number, why: AlertCut, streamStartMs: number): readonly Message[] {
    return this.#alerts(this.options.alerts.cutAll(atSample, why), streamStartMs)
  }

  #alerts(changes: readonly AlertChange[], streamStartMs: number): readonly Message[] {
    const { topics, nextStamp, onAlert } = this.options
    return changes.map((change) => {
      const event = alertEvent(change, nextStamp(), streamStartMs)
      onAlert?.(event)
      return alertMessage(topics, event)
    })
  }
}
