import type { ChildProcess } from 'node:child_process'

/** How long a child may take to obey SIGTERM. SIGKILL at once could leave a lock of ALSA's dsnoop held. */
const TERMINATION_GRACE_MS = 1000
const MAX_SAID_CHARS = 2048
const LAST_WORDS_MS = 500

/** How a process ended, or why it could not be started. */
export type Ending = string | NodeJS.ErrnoException

/** A child process that captures: how it ends, what it said at last, and that nothing of it is left. */
export class CaptureProcess {
  readonly ended: Promise<Ending>
  #said = ''

  constructor(readonly child: ChildProcess) {
    this.ended = new Promise((resolve) => {
      child.on('error', resolve)
      // Not `close`, which never comes once a child that was sent a message is disconnected.
      child.once('exit', (code, killedBy) => {
        const tell = (): void =>
          resolve(killedBy === null ? `ended with status ${code}` : `was ended by ${killedBy}`)
        if (child.stderr === null || child.stderr.destroyed) {
          tell()
          return
        }
        // Its last words may still be on their way; a process that it left behind may never let go of them.
        const patience = setTimeout(tell, LAST_WORDS_MS)
        child.stderr.once('close', () => {
          clearTimeout(patience)
          tell()
        })
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

/** The agent's own environment; a sound server between us and ALSA is asked to hand audio on at once. */
export function captureEnv(): NodeJS.ProcessEnv {
  return { PULSE_LATENCY_MSEC: '20', ...process.env }
}
