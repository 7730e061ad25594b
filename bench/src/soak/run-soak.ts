import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { DiskMeter, type DiskCounts } from '../../../test/support/disk-meter.js'
import { FaultProxy } from '../../../test/support/fault-proxy.js'
import { freePort, Mosquitto } from '../../../test/support/mosquitto.js'
import { createRandom } from '../../../training/src/random.js'
import { AcceleratedAgent } from './accelerated-agent.js'
import { PacedFeed } from './paced-feed.js'
import { readProcess } from './process-readings.js'
import { SoakAudio, type SceneKind } from './soak-audio.js'
import { SOAK_FAULTS, type SoakFault, type Surroundings } from './soak-faults.js'
import { SoakLedger } from './soak-ledger.js'
import { SoakOperator } from './soak-operator.js'
import type { SoakSample } from './soak-sample.js'

const DEVICE_ID = 'soak'
/** Hears a voice at a microphone in the same way; stdin otherwise learns none. */
const SETTINGS = [`device.id=${DEVICE_ID}`, 'affect.adaptation.sources=all']
/** Of the calm time between two faults, at random. */
const CALM_SHARE = { least: 0.3, most: 1.7 }
/** After a fault, before things are looked at. */
const SETTLE_S = 30
const RSS_LOOK_MS = 250
/** True time. */
const DRAIN_MS = 60_000

export interface SoakPlan {
  readonly hours: number
  readonly seed: number
  readonly speed: number
  /** Between two samples, h of the agent's time. */
  readonly sampleEveryH: number
  /** What goes wrong; each kind as often as any other. */
  readonly kinds: readonly SoakFault[]
  /** Between the end of one fault and the next, s of the agent's time, on average; 30 or more. */
  readonly calmS: number
  /** Collects garbage before each sample. */
  readonly collects: boolean
  readonly faketime: string
  /** Of the run alone: log, state, what the broker wrote. */
  readonly folder: string
  readonly onSample: (sample: SoakSample) => void
}

export interface SoakOutcome {
  readonly samples: readonly SoakSample[]
  /** How often each kind of fault happened. */
  readonly faults: Readonly<Record<string, number>>
  readonly audio_seconds: Readonly<Record<SceneKind, number>>
  readonly events: number
  readonly lost: number
  readonly repeated: number
  readonly out_of_order: number
  /** Boots that numbered events: 1, as the process never ended. */
  readonly boots: number
  readonly responses: number
  readonly heard: Readonly<Record<string, number>>
  readonly disk: Readonly<Record<string, DiskCounts>>
  readonly took_s: number
  /** From the end of the audio until it had delivered everything and ended. */
  readonly drain_ms: number
  readonly troubles: readonly string[]
}

/** Runs the agent through hours of audio while things go wrong. */
export async function runSoak(plan: SoakPlan): Promise<SoakOutcome> {
  const closing: (() => unknown)[] = []
  try {
    return await play(plan, closing)
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

async function play(plan: SoakPlan, closing: (() => unknown)[]): Promise<SoakOutcome> {
  const { folder, hours, seed, speed, sampleEveryH } = plan
  const startedMs = performance.now()
  const stateDir = join(folder, 'state')
  mkdirSync(stateDir, { recursive: true })
  const random = createRandom(seed, 2)
  const port = await freePort()
  const broker = new Mosquitto(port, [
    'persistence true',
    'persistence_location FOLDER/',
    'max_queued_messages 0',
  ])
  await broker.start()
  closing.push(() => broker.remove())
  const ledger = await SoakLedger.open(broker.url, DEVICE_ID)
  closing.push(() => ledger.close())
  // The ledger's session is on disk from here on: a broker that is killed still keeps what comes for it afterwards.
  broker.signal('SIGUSR1')
  const operator = await SoakOperator.open(broker.url, DEVICE_ID, createRandom(seed, 3))
  closing.push(() => operator.close())
  const proxy = await FaultProxy.open(port)
  closing.push(() => proxy.close())
  const meter = new DiskMeter(folder, stateDir)
  const agent = new AcceleratedAgent({
    ...{ folder, speed, meter, faketime: plan.faketime, collects: plan.collects },
    settings: [...SETTINGS, `device.state_dir=${stateDir}`, `mqtt.url=${proxy.url()}`],
  })
  closing.push(() => agent.signal('SIGKILL'))
  const audio = new SoakAudio(seed)
  const feed = new PacedFeed(audio, agent.stdin, speed)
  const pause = (seconds: number): Promise<void> =>
    Promise.race([setTimeout((seconds * 1000) / speed), agent.exited.then(() => undefined)])
  const around: Surroundings = { broker, proxy, agent, feed, operator, meter, random, pause }

  let rssMaxBytes = 0
  const look = setInterval(() => {
    rssMaxBytes = Math.max(rssMaxBytes, readProcess(agent.pid)?.rss_bytes ?? 0)
  }, RSS_LOOK_MS)
  closing.push(() => clearInterval(look))

  const samples: SoakSample[] = []
  const faults: Record<string, number> = {}
  const clockH = (): number => ((performance.now() - startedMs) * speed) / 3_600_000
  const audioH = (): number => feed.seconds / 3600
  const takeSample = async (): Promise<void> => {
    const [answer, readings] = [await agent.ask(), readProcess(agent.pid)]
    if (answer === undefined || readings === undefined) return
    const { resources: handles, ...own } = answer
    const { account, health } = ledger
    const sample: SoakSample = {
      clock_h: clockH(),
      audio_h: audioH(),
      ...readings,
      rss_max_bytes: Math.max(rssMaxBytes, readings.rss_bytes),
      ...own,
      handles,
      events: account.distinct,
      repeated: account.repeated,
      outbox_depth: health?.outbox_depth ?? 0,
      outbox_dropped: health?.outbox_dropped ?? 0,
      outbox_store: health?.outbox_store ?? 'disk',
      faults: Object.values(faults).reduce((sum, count) => sum + count, 0),
      disk: meter.total,
    }
    rssMaxBytes = 0
    samples.push(sample)
    plan.onSample(sample)
  }

  let nextSampleH = sampleEveryH
  let waiting: SoakFault[] = []
  const troubles: string[] = []
  while (audioH() < hours && agent.status === undefined) {
    await pause(SETTLE_S)
    if (clockH() >= nextSampleH) {
      await takeSample()
      nextSampleH = Math.max(nextSampleH + sampleEveryH, clockH() + sampleEveryH / 2)
    }
    const { least, most } = CALM_SHARE
    await pause(plan.calmS * (least + (most - least) * random.next()) - SETTLE_S)
    if (waiting.length === 0) waiting = random.shuffle([...plan.kinds])
    const kind = waiting.pop()!
    faults[kind] = (faults[kind] ?? 0) + 1
    await SOAK_FAULTS[kind](around)
  }
  if (agent.status !== undefined) troubles.push(`the agent ended by itself with ${agent.status}`)
  await pause(SETTLE_S)
  await takeSample()
  feed.end()
  const endedMs = performance.now()
  const limit = new AbortController()
  const tooLate = setTimeout(DRAIN_MS, undefined, { signal: limit.signal }).catch(() => undefined)
  const status = await Promise.race([agent.exited, tooLate])
  limit.abort()
  if (status === undefined) troubles.push(`it did not deliver everything within ${DRAIN_MS / 1000} s`)
  else if (status !== 0 && troubles.length === 0) troubles.push(`it ended with ${status}`)
  const drainMs = performance.now() - endedMs
  // The ledger may be a moment behind the broker.
  await setTimeout(500)
  const { distinct, lost, repeated, outOfOrder } = ledger.account
  return {
    samples,
    faults,
    audio_seconds: audio.seconds,
    events: distinct,
    lost,
    repeated,
    out_of_order: outOfOrder,
    boots: ledger.boots,
    responses: operator.answers,
    heard: ledger.heard,
    disk: Object.fromEntries(meter.byName),
    took_s: (performance.now() - startedMs) / 1000,
    drain_ms: drainMs,
    troubles,
  }
}
