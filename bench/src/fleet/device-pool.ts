import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { usageOf, type Usage } from '../agent-process.js'
import type { Order, WorkerReport } from './orders.js'

const WORKER = fileURLToPath(new URL('device-worker.ts', import.meta.url))

/** Simulated devices in a few processes, so that none of them waits for the ledger or for more than its share. */
export class DevicePool {
  readonly #workers: readonly ChildProcess[]
  #devices = 0

  constructor(
    private readonly url: string,
    workers: number,
  ) {
    this.#workers = Array.from({ length: workers }, () => fork(WORKER))
  }

  get devices(): number {
    return this.#devices
  }

  /** Adds devices that connect at once, until there are so many. */
  async growTo(devices: number): Promise<void> {
    const ids: string[][] = this.#workers.map(() => [])
    for (let n = this.#devices; n < devices; n++) ids[n % ids.length]!.push(`sim-${n}`)
    this.#devices = devices
    const orders = ids.map((own) => ({ kind: 'add' as const, ids: own, url: this.url }))
    await Promise.all(this.#workers.map((worker, i) => ask(worker, orders[i]!)))
  }

  /** @param eventsPerSecond of each device */
  async pace(eventsPerSecond: number): Promise<void> {
    await this.#askAll({ kind: 'pace', eventsPerSecond })
  }

  async report(): Promise<WorkerReport> {
    const reports = await this.#askAll({ kind: 'report' })
    const sum = (of: (report: WorkerReport) => number): number =>
      reports.reduce((total, report) => total + of(report), 0)
    return {
      connected: sum(({ connected }) => connected),
      reconnects: sum(({ reconnects }) => reconnects),
      outboxDepth: sum(({ outboxDepth }) => outboxDepth),
      outboxDropped: sum(({ outboxDropped }) => outboxDropped),
      sent: reports.flatMap(({ sent }) => sent),
    }
  }

  /** Of all processes together. */
  usage(): Pick<Usage, 'cpuMs' | 'rssMb'> {
    const usages = this.#workers.map(({ pid }) => usageOf(pid as number))
    return {
      cpuMs: usages.reduce((total, { cpuMs }) => total + cpuMs, 0),
      rssMb: usages.reduce((total, { rssMb }) => total + rssMb, 0),
    }
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#workers.map(async (worker) => {
        const exited = once(worker, 'exit')
        worker.send({ kind: 'stop' } satisfies Order)
        await exited
      }),
    )
  }

  #askAll(order: Order): Promise<WorkerReport[]> {
    return Promise.all(this.#workers.map((worker) => ask(worker, order)))
  }
}

/** Orders are answered in their order, and one is given at a time. */
async function ask(worker: ChildProcess, order: Order): Promise<WorkerReport> {
  const over = new AbortController()
  const answered = once(worker, 'message', { signal: over.signal })
  const ended = once(worker, 'exit', { signal: over.signal }).then(([code]) => {
    throw new Error(`a process of devices ended with ${String(code)}`)
  })
  answered.catch(() => undefined)
  ended.catch(() => undefined)
  worker.send(order)
  try {
    const [report] = (await Promise.race([answered, ended])) as [WorkerReport]
    return report
  } finally {
    over.abort()
  }
}
