import type { AlertEvent } from '../publish/alert-event.js'
import type { EmotionEvent } from '../publish/emotion-event.js'
import { samplesToMs } from '../units.js'
import type { AudioPainter } from './report/audio-picture.js'
import { describeAlert, type ReportAlert, type ReportDecision } from './report/decision.js'
import { plain } from '../plain-text.js'
import { textTable } from './text-table.js'

/** What was made of one recording. */
export interface FileAnalysis {
  /** As it was given. */
  readonly path: string
  readonly durationSamples: number
  readonly decisions: readonly ReportDecision[]
  readonly alerts: readonly ReportAlert[]
  /** What would go over MQTT, in that order. */
  readonly events: readonly (EmotionEvent | AlertEvent)[]
  /** Only where a picture is wanted. */
  readonly painter: AudioPainter | undefined
}

/** Where the results of `analyze` go. */
export interface AnalysisOutput {
  add(analysis: FileAnalysis): void
  /** All files are done. */
  end(): void
  /** Something failed: nothing half-written stays behind. */
  abandon(): void
}

const HEAD = [
  'start_s',
  'end_s',
  'label',
  'confidence',
  'arousal',
  'valence',
  'level_dbfs',
  'snr_db',
  'abstained',
]
const NUMBERS = HEAD.filter((name) => name !== 'label' && name !== 'abstained')

/** A table for each file. */
export function createTableOutput(out: (text: string) => void): AnalysisOutput {
  let isFirst = true
  return {
    add({ path, durationSamples, decisions, alerts }) {
      const rows = decisions.map(({ startS, endS, event }) => [
        startS.toFixed(2),
        endS.toFixed(2),
        plain(event.label),
        event.confidence.toFixed(2),
        event.arousal.toFixed(2),
        event.valence.toFixed(2),
        event.window.level_dbfs.toFixed(1),
        event.window.snr_db.toFixed(1),
        event.abstained ? String(event.abstain_reason) : '-',
      ])
      const head = `${plain(path)} (${(samplesToMs(durationSamples) / 1000).toFixed(2)} s)\n`
      const spans = alerts.map((alert) => `${describeAlert(alert)}\n`).join('')
      out(`${isFirst ? '' : '\n'}${head}${textTable(HEAD, rows, NUMBERS)}${spans}`)
      isFirst = false
    },
    end: () => undefined,
    abandon: () => undefined,
  }
}

/** One event a line: what goes over MQTT, after `file`. */
export function createJsonOutput(out: (text: string) => void): AnalysisOutput {
  const line = (file: string, event: EmotionEvent | AlertEvent): string =>
    `${JSON.stringify({ file, ...event })}\n`
  return {
    add: ({ path, events }) => out(events.map((event) => line(path, event)).join('')),
    end: () => undefined,
    abandon: () => undefined,
  }
}
