import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const CHILD = fileURLToPath(new URL('./outbox-child.js', import.meta.url))

export interface ChildRun {
  /** First event to append. */
  readonly firstN: number
  readonly windowMs: number
  /** Events it lets lie before it removes the oldest. */
  readonly mostKept: number
  /** SIGKILL after so many lines, or never. */
  readonly killAfterLines?: number
  readonly count?: number
  readonly env?: NodeJS.ProcessEnv
}

/** What a process has said of an outbox, over its lives: by it an outbox can be judged. */
export class OutboxLedger {
  readonly begun = new Set<number>()
  /** When it was accepted, by the clock of that life, ms. */
  readonly accepted = new Map<number, number>()
  readonly removeBegun = new Set<number>()
  readonly removed = new Set<number>()
  readonly errors: string[] = []
  lastAtMs = 0
  nextN = 0

  /** One life of the process. @returns its exit status, null if it was killed, and its last line */
  async live(
    stateDir: string,
    run: ChildRun,
  ): Promise<{ readonly status: number | null; readonly last: string; readonly stderr: string }> {
    const { firstN, windowMs, mostKept, killAfterLines = Infinity, count } = run
    const args = [CHILD, stateDir, windowMs, firstN, mostKept, ...(count === undefined ? [] : [count])].map(
      String,
    )
    const child = spawn(process.execPath, args, { env: { PATH: process.env['PATH'], ...run.env } })
    let rest = ''
    let lines = 0
    let last = ''
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n')
      rest = parts.pop() ?? ''
      for (const line of parts) {
        this.#hear(line)
        last = line
        if (++lines === killAfterLines) child.kill('SIGKILL')
      }
    })
    const status = await new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
    return { status, last, stderr }
  }

  #hear(line: string): void {
    const [what, text, at] = line.split(' ')
    const n = Number(text)
    if (what === 'append') {
      this.begun.add(n)
      this.nextN = Math.max(this.nextN, n + 1)
    } else if (what === 'accepted') {
      this.accepted.set(n, Number(at))
      this.lastAtMs = Number(at)
    } else if (what === 'remove') this.removeBegun.add(n)
    else if (what === 'removed') this.removed.add(n)
    else if (what === 'error') this.errors.push(text ?? '')
  }

  /** Accepted, and nobody has begun to remove it. */
  get owed(): readonly number[] {
    return [...this.accepted.keys()].filter((n) => !this.removeBegun.has(n))
  }

  /** From here on only what is held counts: the rest is settled. */
  settle(held: readonly number[]): void {
    this.accepted.clear()
    this.begun.clear()
    this.removeBegun.clear()
    this.removed.clear()
    for (const n of held) {
      this.begun.add(n)
      this.accepted.set(n, 0)
    }
  }
}
