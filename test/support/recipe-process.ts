import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** @param path below docs/recipes */
export function recipeFile(path: string): string {
  return fileURLToPath(new URL(`../../docs/recipes/${path}`, import.meta.url))
}

/** No recipe is needed for so long: what still waits then waits in vain. */
const DEADLINE_MS = 30_000

/** The code of a recipe as a user runs it, in a process group of its own. */
export class RecipeProcess {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #closed: Promise<void>
  readonly #waiters = new Set<() => void>()
  #stdout = ''
  #stderr = ''
  #hasEnded = false

  constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    const { PATH, HOME } = process.env
    // Shells leave children behind: they are ended with their group.
    this.#child = spawn(program, args, { env: { PATH, HOME, ...env }, detached: true })
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
      this.#wake()
    })
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
      this.#wake()
    })
    const deadline = setTimeout(() => void this.stop('SIGKILL'), DEADLINE_MS)
    this.#closed = new Promise((resolve) =>
      this.#child.on('close', () => {
        clearTimeout(deadline)
        this.#hasEnded = true
        this.#wake()
        resolve()
      }),
    )
  }

  /** What it said on stdout, whole lines. */
  get lines(): readonly string[] {
    return this.#stdout.split('\n').slice(0, -1)
  }

  get stderr(): string {
    return this.#stderr
  }

  /**
   * Resolves when it has said a line, be it before.
   *
   * @throws {Error} if it ends without
   */
  said(line: string | RegExp): Promise<void> {
    return this.#until(line, () =>
      this.lines.some((one) => (typeof line === 'string' ? one === line : line.test(one))),
    )
  }

  /** The same for stderr. */
  complained(about: RegExp): Promise<void> {
    return this.#until(about, () => about.test(this.#stderr))
  }

  /** Ends it and whatever it started. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.#hasEnded && this.#child.pid !== undefined) process.kill(-this.#child.pid, signal)
    await this.#closed
  }

  async #until(wanted: string | RegExp, isSo: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (!isSo() && !this.#hasEnded) return
        this.#waiters.delete(check)
        resolve()
      }
      this.#waiters.add(check)
      check()
    })
    if (!isSo()) throw new Error(`it ended and never said ${String(wanted)}: ${this.#stdout}${this.#stderr}`)
  }

  #wake(): void {
    for (const check of [...this.#waiters]) check()
  }
}
