import { InputError } from '../../errors.js'
import { isJsonObject, readJsonObject, type JsonObject } from '../../hostile-json.js'
import { emptyCounts, type TallyCounts } from './tally.js'

const SCHEMA = 'affectd.tally/1'
export const TALLY_MAX_BYTES = 64 * 1024
/** The file, its counts, those of one kind. */
const LIMITS = { maxBytes: TALLY_MAX_BYTES, maxDepth: 3 }
const MAX_NAMES = 100
/** The last moment that a Date can hold. */
const LAST_MS = 8.64e15
const NAME = /^[a-z][a-z0-9_]{0,63}$/

/** A period that goes on, as it is kept over a restart. */
export interface KeptPeriod {
  readonly kind: 'day' | 'aggregate'
  /** Unix time, ms. */
  readonly startMs: number
  /** When it was last known to go on. */
  readonly lastMs: number
  readonly counts: TallyCounts
}

export function encodeTally(period: KeptPeriod): string {
  return `${JSON.stringify({ schema: SCHEMA, ...period })}\n`
}

/**
 * Reads what `encodeTally` wrote; anything else is refused.
 *
 * @throws {InputError} SUMMARY_REFUSED
 */
export function parseTally(bytes: Uint8Array): KeptPeriod {
  const file = readJsonObject(bytes, LIMITS, refused)
  const { schema, kind, startMs, lastMs } = file
  if (schema !== SCHEMA) throw refused(`its schema is not ${SCHEMA}`)
  if (kind !== 'day' && kind !== 'aggregate') throw refused('kind')
  const counts = objectOf(file['counts'], 'counts')
  const fatigue = objectOf(counts['fatigue'], 'counts.fatigue')
  const of = (name: string): number => amount(counts[name], name)
  return {
    kind,
    startMs: moment(startMs, 'startMs'),
    lastMs: moment(lastMs, 'lastMs'),
    counts: {
      ...emptyCounts(),
      decisions: of('decisions'),
      abstained: amounts(counts['abstained'], 'abstained'),
      speechMs: of('speechMs'),
      labelSpeechMs: amounts(counts['labelSpeechMs'], 'labelSpeechMs'),
      labelDecisions: amounts(counts['labelDecisions'], 'labelDecisions'),
      arousalMs: finite(counts['arousalMs'], 'arousalMs'),
      valenceMs: finite(counts['valenceMs'], 'valenceMs'),
      standingMs: of('standingMs'),
      alerts: amounts(counts['alerts'], 'alerts'),
      fatigue: {
        assessments: amount(fatigue['assessments'], 'assessments'),
        scores: amount(fatigue['scores'], 'scores'),
        highest: amount(fatigue['highest'], 'highest'),
      },
    },
  }
}

function objectOf(value: unknown, name: string): JsonObject {
  if (isJsonObject(value)) return value
  throw refused(`${name} is no object`)
}

function amounts(value: unknown, name: string): Record<string, number> {
  const entries = Object.entries(objectOf(value, name))
  if (entries.length > MAX_NAMES || !entries.every(([key]) => NAME.test(key))) throw refused(name)
  return Object.fromEntries(entries.map(([key, number]) => [key, amount(number, name)]))
}

function amount(value: unknown, name: string): number {
  const number = finite(value, name)
  if (number < 0 || number > Number.MAX_SAFE_INTEGER) throw refused(name)
  return number
}

function moment(value: unknown, name: string): number {
  const number = amount(value, name)
  if (number > LAST_MS) throw refused(name)
  return number
}

function finite(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw refused(`${name} is no number`)
}

function refused(why: string): InputError {
  return new InputError('SUMMARY_REFUSED', `what was kept of a summary cannot be used: ${why}`)
}
