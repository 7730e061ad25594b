import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../bin/affectd.js', import.meta.url))

/** The built program in a process of its own, with nothing of the caller's configuration in its environment. */
export class AffectdProcess {
  readonly child: ChildProcessWithoutNullStreams
  /** The exit status; −1 if a signal ended it. */
  readonly exited: Promise<number>
  stdout = ''
  stderr = ''
  readonly #waiters = new Set<() => void>()

  /** @param wrapper program and arguments that run it in surroundings of its own */
  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}, wrapper: readonly string[] = []) {
    const [program = '', ...rest] = [...wrapper, process.execPath, BIN, ...args]
    this.child = spawn(program, rest, {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    })
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => this.#heard((this.stdout += text)))
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => this.#heard((this.stderr += text)))
    this.child.stdin.on('error', () => undefined)
    this.exited = new Promise((resolve) => this.child.on('close', (code) => resolve(code ?? -1)))
  }

  /** Resolves when its output satisfies the test, or when it has ended. */
  async until(isEnough: () => boolean): Promise<void> {
    const enough = new Promise<void>((resolve) => {
      const check = (): void => {
        if (isEnough()) resolve()
      }
      this.#waiters.add(check)
      check()
    })
    await Promise.race([enough, this.exited])
  }

  #heard(_all: string): void {
    for (const check of this.#waiters) check()
  }
}
