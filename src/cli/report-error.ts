import { AffectdError } from '../errors.js'
import { plain } from '../plain-text.js'

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
  const line = `affectd: ${code}: ${plain(message).trim()}\n`
  const stack = isVerbose || exitCode === 70 ? stackOf(error) : ''
  return { text: line + stack, exitCode }
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const cause =
    error.cause === undefined ? '' : `caused by: ${stackOf(error.cause) || `${String(error.cause)}\n`}`
  return `${error.stack ?? error.message}\n${cause}`
}
