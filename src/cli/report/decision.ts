import type { EmotionEvent } from '../../publish/emotion-event.js'

/** A decision and where it lies in its recording. */
export interface ReportDecision {
  readonly startS: number
  readonly endS: number
  readonly event: EmotionEvent
}

/** An alert from when it was raised until it was over. */
export interface ReportAlert {
  readonly kind: string
  readonly startS: number
  readonly endS: number
  /** When it was raised. */
  readonly score: number
}

/** One recording of a report. */
export interface ReportFile {
  /** As it was given. */
  readonly path: string
  readonly decisions: readonly ReportDecision[]
  readonly alerts: readonly ReportAlert[]
}

/** `alert anger 12.00–30.50 s, score 0.83` */
export function describeAlert({ kind, startS, endS, score }: ReportAlert): string {
  return `alert ${kind} ${startS.toFixed(2)}–${endS.toFixed(2)} s, score ${score.toFixed(2)}`
}

/** `angry 81 %, abstained: low_snr` */
export function describeDecision({ startS, endS, event }: ReportDecision): string {
  const abstained = event.abstained ? `, abstained: ${event.abstain_reason ?? ''}` : ''
  const window = `${startS.toFixed(2)}–${endS.toFixed(2)} s`
  return `${window}: ${event.label} ${percent(event.confidence)}${abstained}`
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** With a true minus sign, which is as wide as the digits. */
export function decimal(value: number, digits: number): string {
  return value.toFixed(digits).replace('-', '−')
}
