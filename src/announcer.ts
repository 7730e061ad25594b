import type { AlertBoard } from './affect/alerts/alert-board.js'
import type { AlertChange, AlertCut } from './affect/alerts/alert-rule.js'
import type { FatigueAssessment } from './affect/fatigue/fatigue-assessment.js'
import type { AffectState, Judgement } from './affect/judgement.js'
import { alertEvent, type AlertEvent } from './publish/alert-event.js'
import type { StreamContext } from './publish/emotion-event.js'
import { emotionEvent } from './publish/emotion-event.js'
import type { EventStamp } from './publish/event-sequence.js'
import { alertMessage, emotionMessage, stateMessage } from './publish/payloads.js'
import { lets, type Disclosure, type PrivacyMode } from './publish/privacy-modes.js'
import type { Message } from './publish/publisher.js'
import type { Topics } from './publish/topics.js'
import type { Summaries } from './summaries.js'

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
  /** What may be said. Default: everything. */
  readonly privacy?: PrivacyMode
  /** Whether alerts are to rest now. */
  readonly isQuiet?: () => boolean
  /** Counts what is found, whatever may be said of it. */
  readonly summaries?: Pick<Summaries, 'addDecision' | 'addAlert' | 'addFatigue'>
}

/**
 * Turns what was found into messages, in the order in which they are to be sent; what the privacy mode keeps back gets
 * no message and no number in the sequence.
 */
export class Announcer {
  constructor(private readonly options: AnnouncerOptions) {}

  /** A decision, and the alerts that it raises or ends. */
  decision(judgement: Judgement, streamStartMs: number): readonly Message[] {
    const { topics, device, nextStamp, alerts, summaries } = this.options
    summaries?.addDecision(judgement)
    const said = this.#lets('emotion')
      ? [emotionMessage(topics, emotionEvent(judgement, nextStamp(), { ...device, streamStartMs }))]
      : []
    const endSample = judgement.startSample + judgement.durationSamples
    const changes = this.#isQuiet() ? alerts.cutAll(endSample, 'quiet_hours') : alerts.hear(judgement)
    return [...said, ...this.#alerts(changes, streamStartMs)]
  }

  /** The alerts that a new assessment raises or ends. */
  fatigue(assessment: FatigueAssessment, streamStartMs: number): readonly Message[] {
    const { alerts, summaries } = this.options
    summaries?.addFatigue(assessment)
    const changes = this.#isQuiet() ? [] : alerts.hearFatigue(assessment)
    return this.#alerts(changes, streamStartMs)
  }

  state(state: AffectState, streamStartMs: number): readonly Message[] {
    const { topics, fatigue } = this.options
    if (!this.#lets('state')) return []
    return [stateMessage(topics, state, streamStartMs, fatigue?.assessment)]
  }

  /** Time passes: alerts that nothing was heard for are over. */
  pass(atSample: number, streamStartMs: number): readonly Message[] {
    const { alerts } = this.options
    const changes = this.#isQuiet() ? alerts.cutAll(atSample, 'quiet_hours') : alerts.pass(atSample)
    return this.#alerts(changes, streamStartMs)
  }

  /** Alerts that are active end. */
  cutAlerts(atSample: number, why: AlertCut, streamStartMs: number): readonly Message[] {
    return this.#alerts(this.options.alerts.cutAll(atSample, why), streamStartMs)
  }

  #alerts(changes: readonly AlertChange[], streamStartMs: number): readonly Message[] {
    const { topics, nextStamp, onAlert, summaries } = this.options
    if (!this.#lets('alert')) return []
    return changes.map((change) => {
      summaries?.addAlert({ kind: change.rule.kind, active: change.active })
      const event = alertEvent(change, nextStamp(), streamStartMs)
      onAlert?.(event)
      return alertMessage(topics, event)
    })
  }

  #lets(what: Disclosure): boolean {
    return lets(this.options.privacy ?? 'full', what)
  }

  #isQuiet(): boolean {
    return this.options.isQuiet?.() ?? false
  }
}
