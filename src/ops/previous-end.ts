import type { LastExit } from './last-exit.js'
import type { RunRecord } from './run-record.js'

export type EndCause = 'watchdog' | 'oom-kill' | 'signal' | 'exit-code' | 'error' | 'power' | 'unknown'

/** How a run ended that was not told to. */
export interface UncleanEnd {
  readonly cause: EndCause
  /** Of the error, or the signal or status that systemd saw; null where nothing is known. */
  readonly code: string | null
  readonly message: string | null
  /** Unix time, ms; null where nobody knows. */
  readonly timeMs: number | null
}

export interface PreviousEnd {
  /** Null: it ended well, or there was none. */
  readonly unclean: UncleanEnd | null
  /** It went down by itself, and may do so again. Not a power cut, not a thing that somebody has to mend first. */
  readonly isCrash: boolean
}

export interface EndTraces {
  /** Of the run before; undefined: there was none, or nobody knows. */
  readonly record: RunRecord | undefined
  /** Undefined without systemd, or after the power was cut. */
  readonly lastExit: (LastExit & { readonly timeMs: number | null }) | undefined
  /** Of now. */
  readonly machineBoot: string
}

const CAUSES: Readonly<Record<string, EndCause>> = {
  watchdog: 'watchdog',
  'oom-kill': 'oom-kill',
  signal: 'signal',
  'core-dump': 'signal',
  // It did not end when it was told to, or did not start in time, and was killed.
  timeout: 'signal',
  'exit-code': 'exit-code',
}
/** Wrong usage, input, device or broker, configuration or model: to be mended, not tried again more slowly. */
const TO_BE_MENDED: readonly string[] = ['64', '66', '69', '78']
const WELL: PreviousEnd = { unclean: null, isCrash: false }

/**
 * What became of the run before, by what it left itself and what systemd saw. Its own word on an error says most;
 * systemd knows of ends that a process cannot tell of; and where neither says anything, the machine went down with it or
 * it was killed.
 */
export function previousEnd({ record, lastExit, machineBoot }: EndTraces): PreviousEnd {
  const error = record?.error ?? null
  if (error !== null) {
    const { code, message, timeMs, exitCode } = error
    const isCrash = !TO_BE_MENDED.includes(String(exitCode))
    return { unclean: { cause: 'error', code, message, timeMs }, isCrash }
  }
  if (lastExit !== undefined) {
    const { result, status, timeMs } = lastExit
    if (result === 'success') return WELL
    const cause = Object.hasOwn(CAUSES, result) ? CAUSES[result] : 'unknown'
    const isCrash = cause !== 'exit-code' || !TO_BE_MENDED.includes(status ?? '')
    return { unclean: { cause, code: status, message: null, timeMs }, isCrash }
  }
  if (record === undefined || record.clean) return WELL
  const isOtherBoot = record.machineBoot !== machineBoot
  const cause = isOtherBoot ? 'power' : 'unknown'
  return { unclean: { cause, code: null, message: null, timeMs: null }, isCrash: !isOtherBoot }
}
