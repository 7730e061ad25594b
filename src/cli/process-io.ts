import { UsageError } from '../errors.js'
import type { CommandIo } from './io.js'
import { reportError } from './report-error.js'

/** The process's own streams and environment. */
export function createProcessIo(): CommandIo {
  // Whoever read our output has seen enough (`affectd analyze … | head`): nothing that is left to do is of use.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    const { code = 'unknown error' } = error
    const { text, exitCode } = reportError(
      new UsageError('USAGE_OUTPUT', `standard output cannot be written (${code}); send it elsewhere`),
      false,
    )
    process.stderr.write(text)
    process.exit(exitCode)
  })
  // Without a reader of stderr there is nobody to complain to.
  process.stderr.on('error', () => undefined)
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTty: process.stdout.isTTY === true,
    errIsTty: process.stderr.isTTY === true,
    env: process.env,
  }
}
