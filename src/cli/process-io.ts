import type { CommandIo } from './io.js'

/** The process's own streams and environment. */
export function createProcessIo(): CommandIo {
  // Whoever read our output has seen enough (`affectd analyze … | head`): nothing that is left to do is of use.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
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
