import { AffectdError } from '../errors.js'

/** What is said of an error, and the status that the process ends with. */
export interface ErrorReport {
  readonly text: string
  readonly exitCode: number
}

/**
 * One line: `affectd: CODE: message`. A stack follows only if asked for, or if the error is our bug.
 *
 * @param isVerbose --verbose
 */
export function reportError(error: unknown, isVerbose: boolean): ErrorReport {
  const isKnown = error instanceof AffectdError
  const code = isKnown ? error.code : 'INTERNAL_UNEXPECTED'
  const exitCode = isKnown ? error.exitCode : 70
  const message = error instanceof Error ? error.message : String(error)
  const line = `affectd: ${code}: ${oneLine(message)}\n`
  const stack = isVerbose || exitCode === 70 ? stackOf(error) : ''
  return { text: line + stack, exitCode }
}

function oneLine(text: string): string {
  // File names and other outside text may hold anything, also what moves a terminal's cursor.
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim()
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const cause =
    error.cause === undefined ? '' : `caused by: ${stackOf(error.cause) || `${String(error.cause)}\n`}`
  return `${error.stack ?? error.message}\n${cause}`
}
