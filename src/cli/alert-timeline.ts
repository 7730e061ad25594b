import type { AlertChange } from '../affect/alerts/alert-rule.js'
import { samplesToMs } from '../units.js'
import type { ReportAlert } from './report/decision.js'

/** Alerts from beginning to end, of their changes. */
export class AlertTimeline {
  readonly #raised = new Map<string, AlertChange>()
  readonly #alerts: ReportAlert[] = []

  add(change: AlertChange): void {
    const { kind } = change.rule
    const raised = this.#raised.get(kind)
    if (change.active) this.#raised.set(kind, change)
    else if (raised !== undefined) {
      this.#raised.delete(kind)
      this.#alerts.push({
        kind,
        startS: samplesToMs(raised.atSample) / 1000,
        endS: samplesToMs(change.atSample) / 1000,
        score: raised.score,
      })
    }
  }

  /** Those that are over, in the order in which they ended. */
  get alerts(): readonly ReportAlert[] {
    return this.#alerts
  }
}
