import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex, Writable } from 'node:stream'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { DiskMeter } from '../../../test/support/disk-meter.js'

const BIN = fileURLToPath(new URL('../../../bin/affectd.js', import.meta.url))
const PROBE = new URL('./soak-probe.js', import.meta.url).href
const RESOLUTION_MS = 10

export interface AcceleratedAgentOptions {
  /** Where its log goes. */
  readonly folder: string
  /** `key=value` */
  readonly settings: readonly string[]
  /** Its clocks run so many times as fast. */
  readonly speed: number
  /** The library of faketime. */
  readonly faketime: string
  readonly meter: DiskMeter
  /** Collects garbage before it answers. */
  readonly collects?: boolean
}

/** What the process says of itself. Times are true ones. */
export interface ProbeAnswer {
  readonly heap_used_bytes: number
  readonly heap_total_bytes: number
  readonly external_bytes: number
  readonly array_buffers_bytes: number
  /** What keeps the loop busy, by kind. */
  readonly resources: Readonly<Record<string, number>>
  readonly delay_p50_ms: number
  readonly delay_p99_ms: number
  readonly delay_max_ms: number
  readonly cpu_s: number
}

/** The installed agent in a process whose clocks, wall and monotonic, run faster than true time; it hears stdin. */
export class AcceleratedAgent {
  readonly #child: ChildProcess
  readonly #answers: ((answer: ProbeAnswer) => void)[] = []
  /** Its exit status; −1 if a signal ended it. */
  readonly exited: Promise<number>
  status: number | undefined
  readonly logPath: string

  constructor(private readonly options: AcceleratedAgentOptions) {
    const { folder, settings, speed, faketime, meter, collects = false } = options
    this.logPath = join(folder, 'agent.log')
    const log = openSync(this.logPath, 'a')
    const set = settings.flatMap((setting) => ['--set', setting])
    this.#child = spawn(process.execPath, [BIN, 'run', '--source', 'stdin', ...set], {
      stdio: ['pipe', 'ignore', log, 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        NODE_OPTIONS: `--import=${PROBE}`,
        SOAK_PROBE_RESOLUTION_MS: String(RESOLUTION_MS * speed),
        SOAK_PROBE_COLLECTS: collects ? '1' : '0',
        ...meter.env,
        LD_PRELOAD: `${meter.env['LD_PRELOAD']}:${faketime}`,
        FAKETIME: `+0 x${speed}`,
        NO_FAKE_STAT: '1',
        FAKETIME_DISABLE_SHM: '1',
      },
    })
    closeSync(log)
    this.exited = new Promise((resolve) => {
      this.#child.on('close', (code) => resolve((this.status = code ?? -1)))
    })
    createInterface({ input: this.#line }).on('line', (text) => {
      this.#answers.shift()?.(this.#trueTimes(JSON.parse(text) as ProbeAnswer))
    })
    this.#line.on('error', () => undefined)
  }

  get pid(): number {
    return this.#child.pid!
  }

  get stdin(): Writable {
    return this.#child.stdin!
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** @returns undefined if it has ended, or does not answer in time */
  ask(timeoutMs = 20_000): Promise<ProbeAnswer | undefined> {
    return new Promise((resolve) => {
      if (this.status !== undefined) return resolve(undefined)
      const limit = setTimeout(() => resolve(undefined), timeoutMs)
      this.#answers.push((answer) => {
        clearTimeout(limit)
        resolve(answer)
      })
      this.#line.write('?\n')
    })
  }

  get #line(): Duplex {
    return this.#child.stdio[3] as Duplex
  }

  #trueTimes(answer: ProbeAnswer): ProbeAnswer {
    const { speed } = this.options
    return {
      ...answer,
      delay_p50_ms: answer.delay_p50_ms / speed,
      delay_p99_ms: answer.delay_p99_ms / speed,
      delay_max_ms: answer.delay_max_ms / speed,
    }
  }
}
