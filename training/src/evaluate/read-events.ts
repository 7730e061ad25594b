import { InputError } from '../../../src/errors.js'
import { ALERT_SCHEMA } from '../../../src/publish/alert-event.js'
import type { WindowDecision } from './clip-decision.js'

/**
 * The decisions of `affectd analyze --json`, by file; the alerts among them are passed over.
 *
 * @param text   one event a line
 * @param labels the classes, in the order that the probabilities are wanted in
 * @throws {InputError} `EVALUATION_EVENTS` if a line is no such event
 */
export function readEvents(text: string, labels: readonly string[]): Map<string, WindowDecision[]> {
  const byFile = new Map<string, WindowDecision[]>()
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return
    const event = parse(line, index)
    if (event === undefined) return
    const windows = byFile.get(event.file) ?? []
    windows.push({
      probabilities: labels.map((label) => event.probabilities[label] ?? 0),
      speechMs: event.window.speech_ms,
      abstained: event.abstained,
    })
    byFile.set(event.file, windows)
  })
  return byFile
}

interface AnalyzedEvent {
  readonly schema: string
  readonly file: string
  readonly probabilities: Readonly<Record<string, number>>
  readonly abstained: boolean
  readonly window: { readonly speech_ms: number }
}

/** @returns undefined for an alert */
function parse(line: string, index: number): AnalyzedEvent | undefined {
  try {
    const event = JSON.parse(line) as AnalyzedEvent
    if (event.schema === ALERT_SCHEMA) return undefined
    if (
      typeof event.file === 'string' &&
      typeof event.window.speech_ms === 'number' &&
      typeof event.abstained === 'boolean'
    )
      return event
  } catch (cause) {
    throw new InputError('EVALUATION_EVENTS', `line ${index + 1} is no event of affectd analyze --json`, {
      cause,
    })
  }
  throw new InputError('EVALUATION_EVENTS', `line ${index + 1} is no event of affectd analyze --json`)
}
