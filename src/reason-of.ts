import { AffectdError } from './errors.js'

/** Why something failed, in few words: the system's code where there is one. */
export function reasonOf(error: unknown): string {
  if (error instanceof AffectdError) return error.message
  return (error as NodeJS.ErrnoException).code ?? (error as Error).message
}

/** The stable code of an error that has one; anything else is a bug. */
export function codeOf(error: unknown): string {
  return error instanceof AffectdError ? error.code : 'INTERNAL_UNEXPECTED'
}
