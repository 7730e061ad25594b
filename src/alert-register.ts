import type { Logger } from './ops/logger.js'
import type { StateFile } from './ops/state-file.js'
import type { AlertEvent } from './publish/alert-event.js'
import {
  encodeRaisedAlerts,
  parseRaisedAlerts,
  raisedAlert,
  RAISED_ALERTS_MAX_BYTES,
  type RaisedAlert,
} from './publish/raised-alerts.js'
import { reasonOf } from './reason-of.js'

/**
 * Alerts that may be active as far as the broker knows: it retains them, and one that was raised before a power cut
 * would stay raised for whoever asks. Written when an alert is raised and at the end, not when it is over: that word
 * may itself be lost with the power, and to say it twice does no harm.
 */
export class AlertRegister {
  readonly #raised = new Map<string, RaisedAlert>()
  #isNews = false
  #hasWarned = false

  /** @param file undefined: what is active is forgotten with the process */
  constructor(
    private readonly file: StateFile | undefined,
    private readonly log: Logger,
  ) {}

  /** What may have been active when the process before ended; whoever takes it says that it is over. */
  takeLeftovers(): readonly RaisedAlert[] {
    if (this.file === undefined || this.#isNews) return []
    try {
      const bytes = this.file.read(RAISED_ALERTS_MAX_BYTES)
      if (bytes === undefined) return []
      this.#isNews = true
      return parseRaisedAlerts(bytes)
    } catch (error) {
      const fields = { code: 'ALERTS_REFUSED', path: this.file.path, reason: reasonOf(error) }
      this.log.warn(fields, 'an alert from before the start may still be shown as active')
      return []
    }
  }

  /** An alert is raised, and about to be said so, or over. */
  note(event: AlertEvent): void {
    this.#isNews = true
    if (!event.active) this.#raised.delete(event.kind)
    else {
      this.#raised.set(event.kind, raisedAlert(event))
      this.#keep()
    }
  }

  /** Once everything that was said is on the disk or delivered. */
  close(): void {
    if (this.#isNews) this.#keep()
  }

  #keep(): void {
    if (this.file === undefined) return
    try {
      if (this.#raised.size === 0) this.file.remove()
      else this.file.write(encodeRaisedAlerts(this.#raised.values()))
      this.#hasWarned = false
    } catch (error) {
      if (this.#hasWarned) return
      this.#hasWarned = true
      const fields = { code: 'ALERTS_UNWRITABLE', path: this.file.path, reason: reasonOf(error) }
      this.log.warn(
        fields,
        'a restart will not know which alerts are active; mend the rights of device.state_dir',
      )
    }
  }
}
