import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../bin/affectd.js', import.meta.url))
const TICKS_PER_SECOND = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100
const PAGE_KB = 1024

/** What the kernel has counted of a process so far. */
export interface Usage {
  readonly cpuMs: number
  readonly rssMb: number
  readonly peakRssMb: number
  /** Times that any of its threads slept and was woken. */
  readonly wakeUps: number
  /** Sent to the disk; 0 where the kernel does not tell. */
  readonly writtenBytes: number
}

/** A process as the kernel sees it. */
export class MeasuredProcess {
  readonly child: ChildProcess
  readonly startedMs = performance.now()
  readonly exited: Promise<number>
  #stderr = ''

  /** @param command program and arguments */
  constructor([program, ...args]: readonly string[]) {
    this.child = spawn(program as string, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text))
    this.exited = new Promise((resolve, reject) => {
      this.child.on('error', reject)
      this.child.on('close', (code) => resolve(code ?? -1))
    })
  }

  /**
   * Resolves when it says that it listens.
   *
   * @returns ms since it was started
   */
  async listening(): Promise<number> {
    await this.#said('"listening"')
    return performance.now() - this.startedMs
  }

  /**
   * Resolves when it has ended.
   *
   * @throws {Error} with what it said, if it failed
   */
  async done(): Promise<void> {
    const status = await this.exited
    if (status !== 0) throw new Error(`the agent ended with ${status}: ${this.#stderr}`)
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM')
    await this.exited
  }

  /** Linux only. */
  usage(): Usage {
    return usageOf(this.child.pid as number)
  }

  async #said(what: string): Promise<void> {
    while (!this.#stderr.includes(what)) {
      if (this.child.exitCode !== null) throw new Error(`the agent ended early: ${this.#stderr}`)
      await Promise.race([once(this.child.stderr!, 'data'), this.exited])
    }
  }
}

/** Of any process. Linux only. */
export function usageOf(pid: number): Usage {
  const of = (file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8')
  // What follows the name, which may hold anything, in parentheses: state is field 3.
  const stat = of('stat')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (n: number): number => Number(fields[n - 3])
  const status = of('status')
  return {
    cpuMs: (1000 * (field(14) + field(15))) / TICKS_PER_SECOND,
    rssMb: numberAfter(status, 'VmRSS:') / PAGE_KB,
    peakRssMb: numberAfter(status, 'VmHWM:') / PAGE_KB,
    wakeUps: readdirSync(`/proc/${pid}/task`).reduce(
      (sum, task) => sum + numberAfter(of(`task/${task}/status`), '\nvoluntary_ctxt_switches:'),
      0,
    ),
    writtenBytes: numberAfter(of('io'), '\nwrite_bytes:'),
  }
}

function numberAfter(text: string, label: string): number {
  const at = text.indexOf(label)
  return at < 0 ? 0 : Number.parseInt(text.slice(at + label.length), 10)
}

/** The built agent. */
export type AgentProcess = MeasuredProcess

/** @param core the only one that it may use; undefined: any */
export function startAgent(args: readonly string[], core?: number): AgentProcess {
  const command = [process.execPath, BIN, ...args]
  return new MeasuredProcess(core === undefined ? command : ['taskset', '-c', String(core), ...command])
}
