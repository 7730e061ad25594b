import { InputError } from '../../errors.js'
import { readJsonObject } from '../../hostile-json.js'
import { MAX_PENDING_BLOCKS, MAX_STRATUM_BLOCKS } from './fatigue-baseline.js'
import {
  CUE_SPECS,
  FATIGUE_CUES,
  QUIETNESSES,
  TIMES_OF_DAY,
  type CueSpec,
  type FatigueBlock,
} from './fatigue-cues.js'

const SCHEMA = 'affectd.fatigue/1'
const FIELDS = ['schema', 'profile', 'columns', 'blocks', 'pending'] as const
/** Of a block, one row. */
const COLUMNS = ['at_ms', 'session_ms', 'speech_ms', 'time_of_day', 'quietness', ...FATIGUE_CUES]
const MAX_BLOCKS = TIMES_OF_DAY * QUIETNESSES * MAX_STRATUM_BLOCKS
/** The last moment that a Date knows. */
const MAX_UNIX_MS = 8.64e15
const MAX_SPEECH_MS = 86_400_000
/** Beyond it no cue is measured so finely. */
const DECIMALS = 4

export const FATIGUE_MAX_BYTES = 256 * 1024
/** The file, its list of blocks, a block. */
const LIMITS = { maxBytes: FATIGUE_MAX_BYTES, maxDepth: 3 }

/** What a file holds of one profile. */
export interface KeptFatigue {
  readonly blocks: readonly FatigueBlock[]
  readonly pending: readonly FatigueBlock[]
}

/** The baseline of a profile as JSON, at most some 80 kB; cues are rounded to four decimals. */
export function encodeFatigue({ blocks, pending }: KeptFatigue, profile: string): string {
  const fields = {
    schema: SCHEMA,
    profile,
    columns: COLUMNS,
    blocks: blocks.map(rowOf),
    pending: pending.map(rowOf),
  } satisfies Record<(typeof FIELDS)[number], unknown>
  return `${JSON.stringify(fields)}\n`
}

function rowOf(block: FatigueBlock): number[] {
  const { atMs, sessionMs, speechMs, timeOfDay, quietness, values } = block
  const cues = values.map((value) => Number(value.toFixed(DECIMALS)))
  return [Math.round(atMs), Math.round(sessionMs), Math.round(speechMs), timeOfDay, quietness, ...cues]
}

/**
 * Reads what `encodeFatigue` wrote; anything else is refused, another profile's too.
 *
 * @throws {InputError} BASELINE_REFUSED
 */
export function parseFatigue(bytes: Uint8Array, profile: string): KeptFatigue {
  const file = readJsonObject(bytes, LIMITS, refused)
  if (file['schema'] !== SCHEMA) throw refused(`its schema is not ${SCHEMA}`)
  if (Object.keys(file).some((name) => !FIELDS.some((field) => field === name))) {
    throw refused('it has a field that is unknown here')
  }
  if (file['profile'] !== profile) throw refused('it is of another profile')
  const columns = file['columns']
  if (!Array.isArray(columns) || columns.length !== COLUMNS.length) throw refused('it has other columns')
  if (COLUMNS.some((name, c) => columns[c] !== name)) throw refused('it has other columns')
  return {
    blocks: blocksOf(file['blocks'], 'blocks', MAX_BLOCKS),
    pending: blocksOf(file['pending'], 'pending', MAX_PENDING_BLOCKS),
  }
}

function blocksOf(list: unknown, name: string, most: number): FatigueBlock[] {
  if (!Array.isArray(list) || list.length > most) throw refused(`${name} is not a list of at most ${most}`)
  return list.map((row: unknown, at) => blockOf(row, `${name}[${at}]`))
}

function blockOf(row: unknown, name: string): FatigueBlock {
  if (!Array.isArray(row) || row.length !== COLUMNS.length) {
    throw refused(`${name} is not a list of ${COLUMNS.length} numbers`)
  }
  const numberAt = (column: number, [min, max]: CueSpec['range']): number => {
    const value: unknown = row[column]
    if (typeof value === 'number' && value >= min && value <= max) return value
    throw refused(`${name}: ${COLUMNS[column]} is not a number from ${min} to ${max}`)
  }
  const integerAt = (column: number, min: number, max: number): number => {
    const value = numberAt(column, [min, max])
    if (!Number.isInteger(value)) throw refused(`${name}: ${COLUMNS[column]} is not an integer`)
    return value
  }
  return {
    atMs: integerAt(0, 0, MAX_UNIX_MS),
    sessionMs: integerAt(1, 0, MAX_UNIX_MS),
    speechMs: integerAt(2, 1, MAX_SPEECH_MS),
    timeOfDay: integerAt(3, 0, TIMES_OF_DAY - 1),
    quietness: integerAt(4, 0, QUIETNESSES - 1),
    values: FATIGUE_CUES.map((cue, c) => numberAt(5 + c, CUE_SPECS[cue].range)),
  }
}

function refused(why: string): InputError {
  return new InputError('BASELINE_REFUSED', `the kept fatigue baseline cannot be used: ${why}`)
}
