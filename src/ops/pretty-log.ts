const COLORS: Readonly<Record<string, string>> = {
  trace: '\u001b[2m',
  debug: '\u001b[2m',
  info: '\u001b[32m',
  warn: '\u001b[33m',
  error: '\u001b[31m',
  fatal: '\u001b[31;1m',
}
const RESET = '\u001b[0m'

/**
 * One line of JSON log as a person reads it: time, level, text, then the other fields as key=value.
 *
 * @param line one JSON object; anything else is returned as it is
 */
export function formatLogLine(line: string, color: boolean): string {
  const record = parse(line)
  if (record === undefined) return line
  const { time, level, msg, err, ...fields } = record
  const clock = typeof time === 'string' ? time.slice(11, 23) : ''
  const name = String(level)
  const label = name.toUpperCase().padEnd(5)
  const shownLabel = color ? `${COLORS[name] ?? ''}${label}${RESET}` : label
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${show(value)}`)
  return [clock, shownLabel, String(msg ?? ''), ...pairs, ...describeError(err)].join(' ') + '\n'
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function show(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
}

/** The error's own text; its stack only for our bugs, which nobody but us can mend. */
function describeError(err: unknown): string[] {
  if (typeof err !== 'object' || err === null) return []
  const { code, message, stack } = err as Record<string, unknown>
  const isBug = code === undefined || String(code).startsWith('INTERNAL')
  const text = isBug && typeof stack === 'string' ? stack : String(message)
  return [`(${code === undefined ? '' : `${String(code)}: `}${text})`]
}
