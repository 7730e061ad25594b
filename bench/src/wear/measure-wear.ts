import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { DiskMeter, type DiskCounts } from '../../../test/support/disk-meter.js'
import { freePort, Mosquitto } from '../../../test/support/mosquitto.js'
import { AcceleratedAgent } from '../soak/accelerated-agent.js'
import { PacedFeed } from '../soak/paced-feed.js'
import { readProcess } from '../soak/process-readings.js'
import { SoakAudio, type SceneKind } from '../soak/soak-audio.js'
import { SoakLedger } from '../soak/soak-ledger.js'

const DEVICE_ID = 'wear'
/** Opening the stores and connecting are over. */
const STARTED_S = 60

export interface WearCase {
  readonly name: string
  /** What it hears all the time. */
  readonly hears: SceneKind
  readonly hasBroker: boolean
}

export interface WearOptions {
  readonly hours: number
  readonly speed: number
  readonly seed: number
  readonly faketime: string
  /** Of this case alone. */
  readonly folder: string
  /** `key=value`, beside the defaults */
  readonly settings?: readonly string[]
}

/** What one case wrote below `device.state_dir`. */
export interface Wear {
  readonly name: string
  /** Of audio and of the clock, between the start and the end. */
  readonly hours: number
  /** Given to the outbox in that time, as far as they can be told. */
  readonly events: number
  readonly start: DiskCounts
  /** By name, between the start and the end. */
  readonly between: Readonly<Record<string, DiskCounts>>
  readonly end: DiskCounts
  /** What the kernel was given to write to a disk between the start and the end, whole pages. */
  readonly pageBytes: number
  /** To standard error, where the journal takes it. */
  readonly logBytes: number
}

/** Runs the installed agent with its defaults for a while, its clocks made to run faster, and counts what it writes. */
export async function measureWear(
  { name, hears, hasBroker }: WearCase,
  { hours, speed, seed, faketime, folder, settings = [] }: WearOptions,
): Promise<Wear> {
  const stateDir = join(folder, 'state')
  mkdirSync(stateDir, { recursive: true })
  const broker = new Mosquitto(await freePort())
  const ledger = hasBroker
    ? await broker.start().then(() => SoakLedger.open(broker.url, DEVICE_ID))
    : undefined
  const meter = new DiskMeter(folder, stateDir)
  const agent = new AcceleratedAgent({
    ...{ folder, speed, meter, faketime },
    // As at a microphone, from which voices are learnt.
    settings: [
      `device.id=${DEVICE_ID}`,
      'affect.adaptation.sources=all',
      `device.state_dir=${stateDir}`,
      `mqtt.url=${broker.url}`,
      ...settings,
    ],
  })
  const feed = new PacedFeed(new SoakAudio(seed, hears), agent.stdin, speed)
  try {
    const heard = async (seconds: number): Promise<void> => {
      while (feed.seconds < seconds && agent.status === undefined) await setTimeout(5)
    }
    const look = (): { counts: Map<string, DiskCounts>; pages: number; log: number; events: number } => ({
      counts: meter.byName,
      pages: readProcess(agent.pid)?.io_write_bytes ?? 0,
      log: statSync(agent.logPath).size,
      events: ledger?.account.distinct ?? 0,
    })
    await heard(STARTED_S)
    const from = look()
    await heard(STARTED_S + hours * 3600)
    const to = look()
    if (agent.status !== undefined) throw new Error(`the agent ended with ${agent.status}: ${agent.logPath}`)
    feed.end()
    // Without a broker it would wait for one.
    if (!hasBroker) agent.signal('SIGTERM')
    await agent.exited
    const between = [...to.counts].map(
      ([file, counts]) => [file, less(counts, from.counts.get(file))] as const,
    )
    return {
      name,
      hours,
      events: hasBroker ? to.events - from.events : NaN,
      start: total(from.counts),
      between: Object.fromEntries(between),
      end: less(meter.total, total(to.counts)),
      pageBytes: to.pages - from.pages,
      logBytes: to.log - from.log,
    }
  } finally {
    agent.signal('SIGKILL')
    await ledger?.close()
    await broker.remove()
  }
}

const NOTHING: DiskCounts = { writes: 0, bytes: 0, syncs: 0, names: 0 }

function less(counts: DiskCounts, before: DiskCounts = NOTHING): DiskCounts {
  return {
    writes: counts.writes - before.writes,
    bytes: counts.bytes - before.bytes,
    syncs: counts.syncs - before.syncs,
    names: counts.names - before.names,
  }
}

/** @returns of all names together */
export function total(
  counts: ReadonlyMap<string, DiskCounts> | Readonly<Record<string, DiskCounts>>,
): DiskCounts {
  const all = counts instanceof Map ? [...counts.values()] : Object.values(counts)
  return all.reduce<DiskCounts>(
    (sum, one) => ({
      writes: sum.writes + one.writes,
      bytes: sum.bytes + one.bytes,
      syncs: sum.syncs + one.syncs,
      names: sum.names + one.names,
    }),
    NOTHING,
  )
}
