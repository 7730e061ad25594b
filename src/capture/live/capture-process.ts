import type { ChildProcess } from 'node:child_process'

/** How long a child may take to obey SIGTERM. SIGKILL at once could leave a lock of ALSA's dsnoop held. */
const TERMINATION_GRACE_MS = 1000
const MAX_SAID_CHARS = 2048

/** How a process ended, or why it could not be started. */
export type Ending = string | NodeJS.ErrnoException

/** A child process that captures: how it ends, what it said at last, and that nothing of it is left. */
export class CaptureProcess {
  readonly ended: Promise<Ending>
  #said = ''

  constructor(readonly child: ChildProcess) {
    this.ended = new Promise((resolve) => {
      child.on('error', resolve)
      // `close`, not `exit`: by then all of stderr has been read.
      child.once('close', (code, killedBy) => {
        resolve(killedBy === null ? `ended with status ${code}` : `was ended by ${killedBy}`)
      })
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-MAX_SAID_CHARS)
    })
  }

  /** The last line on its stderr; empty if there is none. */
  get lastWords(): string {
    return this.#said.trim().split('\n').at(-1) ?? ''
  }

  /** SIGTERM, then SIGKILL, which also ends one that is stopped. */
  async close(): Promise<void> {
    const { child } = this
    // All of them: a process that it started may hold them open after it has ended.
    for (const stream of child.stdio) stream?.destroy()
    if (child.connected) child.disconnect()
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const patience = setTimeout(() => child.kill('SIGKILL'), TERMINATION_GRACE_MS)
    await this.ended
    clearTimeout(patience)
  }
}
