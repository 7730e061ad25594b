/** How systemd says that the service ended: its `$SERVICE_RESULT`, `$EXIT_CODE` and `$EXIT_STATUS`. */
export interface LastExit {
  /** `success`, `exit-code`, `signal`, `core-dump`, `watchdog`, `oom-kill`, `timeout`, `protocol`, `resources`, … */
  readonly result: string
  /** A number, or a signal's name without SIG; null where no process ended. */
  readonly status: string | null
}

/** Of the file that the unit's `ExecStopPost=` leaves: one short line. */
export const LAST_EXIT_MAX_BYTES = 256

const LINE = /^([a-z][a-z-]{0,31})(?: +(exited|killed|dumped))?(?: +([A-Z0-9][A-Z0-9+-]{0,15}))? *\n?$/

/**
 * Reads `SERVICE_RESULT EXIT_CODE EXIT_STATUS`; the last two are missing where no process ended.
 *
 * @returns undefined for anything else
 * @see systemd.exec(5), `$SERVICE_RESULT`
 */
export function parseLastExit(bytes: Uint8Array): LastExit | undefined {
  if (bytes.length > LAST_EXIT_MAX_BYTES) return undefined
  const [, result, , status] = LINE.exec(Buffer.from(bytes).toString('latin1')) ?? []
  return result === undefined ? undefined : { result, status: status ?? null }
}
