import { InputError } from '../errors.js'
import { isJsonObject, readJsonObject } from '../hostile-json.js'

const SCHEMA = 'affectd.run/1'
export const RUN_RECORD_MAX_BYTES = 8192
const LIMITS = { maxBytes: RUN_RECORD_MAX_BYTES, maxDepth: 3 }
const MAX_TEXT = 600
const MAX_COUNT = 1_000_000
/** The last moment that a Date can hold. */
const LAST_MS = 8.64e15

/** What took a run down, as far as the process itself could tell. */
export interface RunError {
  readonly code: string
  /** One line, without secrets. */
  readonly message: string
  /** Unix time, ms. */
  readonly timeMs: number
  /** Status that the process was to end with. */
  readonly exitCode: number
}

/** What is kept of a run of the agent, so that the next one knows how it ended. */
export interface RunRecord {
  readonly bootId: string
  readonly version: string
  /** Names the boot of the machine. */
  readonly machineBoot: string
  /** Unix time of the start, ms. */
  readonly startedMs: number
  /** How long the machine was up when the agent started, or last began to listen again: no clock that can be set, s. */
  readonly machineUptimeS: number
  /** It was told to end, or its recording was over. */
  readonly clean: boolean
  readonly error: RunError | null
  /** Crashes in a row before it, each after a short run. */
  readonly crashes: number
  /** Pauses from listening since those began. */
  readonly pauses: number
}

export function encodeRunRecord(record: RunRecord): string {
  const { error } = record
  const kept = {
    schema: SCHEMA,
    boot_id: record.bootId,
    version: record.version,
    machine_boot: record.machineBoot,
    time: new Date(record.startedMs).toISOString(),
    machine_uptime_s: record.machineUptimeS,
    clean: record.clean,
    error: error && {
      code: error.code,
      message: error.message,
      time: new Date(error.timeMs).toISOString(),
      exit_code: error.exitCode,
    },
    crashes: record.crashes,
    pauses: record.pauses,
  }
  return `${JSON.stringify(kept)}\n`
}

/**
 * Reads what `encodeRunRecord` wrote; anything else is refused.
 *
 * @throws {InputError} CRASH_RECORD_REFUSED
 */
export function parseRunRecord(bytes: Uint8Array): RunRecord {
  const value = readJsonObject(bytes, LIMITS, refused)
  if (value['schema'] !== SCHEMA) throw refused(`its schema is not ${SCHEMA}`)
  const { clean } = value
  if (typeof clean !== 'boolean') throw refused('clean')
  return {
    bootId: text(value['boot_id'], 'boot_id'),
    version: text(value['version'], 'version'),
    machineBoot: text(value['machine_boot'], 'machine_boot'),
    startedMs: moment(value['time'], 'time'),
    machineUptimeS: amount(value['machine_uptime_s'], 'machine_uptime_s', LAST_MS),
    clean,
    error: runError(value['error']),
    crashes: count(value['crashes'], 'crashes'),
    pauses: count(value['pauses'], 'pauses'),
  }
}

function runError(value: unknown): RunError | null {
  if (value === null) return null
  if (!isJsonObject(value)) throw refused('error')
  const code = text(value['code'], 'error.code')
  if (!/^[A-Z][A-Z0-9_]*$/.test(code)) throw refused('error.code')
  const exitCode = count(value['exit_code'], 'error.exit_code')
  return {
    code,
    message: text(value['message'], 'error.message'),
    timeMs: moment(value['time'], 'error.time'),
    exitCode,
  }
}

function text(value: unknown, name: string): string {
  if (typeof value === 'string' && value.length <= MAX_TEXT) return value
  throw refused(name)
}

function moment(value: unknown, name: string): number {
  const unixMs = Date.parse(text(value, name))
  if (Number.isFinite(unixMs)) return unixMs
  throw refused(name)
}

function count(value: unknown, name: string): number {
  const number = amount(value, name, MAX_COUNT)
  if (Number.isInteger(number)) return number
  throw refused(name)
}

function amount(value: unknown, name: string, max: number): number {
  if (typeof value === 'number' && value >= 0 && value <= max) return value
  throw refused(name)
}

function refused(why: string): InputError {
  return new InputError('CRASH_RECORD_REFUSED', `what was kept of the run before cannot be used: ${why}`)
}
