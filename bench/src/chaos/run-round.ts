import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { FaultProxy } from '../../../test/support/fault-proxy.js'
import { freePort, Mosquitto } from '../../../test/support/mosquitto.js'
import { createRandom } from '../../../training/src/random.js'
import { AgentNetwork } from './agent-network.js'
import { AgentUnderTest } from './agent-under-test.js'
import { AudioFeed } from './audio-feed.js'
import { FakedTime, findFaketime } from './faked-time.js'
import { FAULTS, pause, type Surroundings } from './faults.js'
import { Ledger } from './ledger.js'
import { Operator } from './operator.js'
import { processTroubles } from './process-troubles.js'
import type { FaultKind, RoundPlan } from './round-plan.js'
import { StateDisk } from './state-disk.js'
import { tellStories, type AgentProcessLog } from './stories.js'
import { judgeRound, type Arrival, type Verdict } from './verdict.js'

/** Ten windows a second of audio that comes eight times as fast as spoken. */
const SPEED = 8
const SETTINGS = [
  'gate.window_ms=1000',
  'gate.window_hop_ms=100',
  'mqtt.keepalive_s=5',
  'health.interval_s=1',
]
const DEVICE_ID = 'chaos'
const FLOWING_EVENTS = 10
const FLOWING_MS = 30_000
const FLOW_ON_MS = 1500
const ENOUGH_MS = 20_000
const DELIVER_MS = 120_000
/** The ledger may be a moment behind the broker. */
const SETTLE_MS = 3000

export interface RoundResult {
  readonly plan: RoundPlan
  readonly verdict: Verdict
  /** What went wrong apart from the events. */
  readonly troubles: readonly string[]
  /** Longest time without an event. */
  readonly longestOutageMs: number
  /** From the end of the last fault to the first event after it. */
  readonly recoveryMs: number
  /** From the end of the audio until the agent had delivered everything and ended. */
  readonly drainMs: number
  readonly processes: number
  /** Times that an agent gave its place to another within its process. */
  readonly restartsWithin: number
  /** Times that the agent said that a connection was lost or not to be had. */
  readonly connectionLosses: number
  /** Times that it said that its disk fails. */
  readonly diskFailures: number
  /** Packets that a cut network swallowed; none are counted where the device was taken down. */
  readonly packetsCut: number
  /** Exit statuses of processes that ended unasked. */
  readonly ownEnds: readonly number[]
  readonly arrivals: readonly Arrival[]
  readonly logs: readonly AgentProcessLog[]
}

export interface RoundOptions {
  /** Of the round alone: logs, state, what the broker wrote. */
  readonly folder: string
  /** Goes on until so many are in the ledger, within reason. */
  readonly leastEvents: number
  /** Told of the events in the ledger, several times a second. */
  readonly onProgress?: (events: number) => void
  /** Goes wrong besides: for the proof that a loss is noticed. */
  readonly sabotage?: (around: Surroundings) => Promise<void>
}

/** Runs the agent through one round. */
export async function runRound(plan: RoundPlan, options: RoundOptions): Promise<RoundResult> {
  const closing: (() => unknown)[] = []
  try {
    return await play(plan, options, closing)
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

async function play(
  plan: RoundPlan,
  { folder, leastEvents, onProgress, sabotage }: RoundOptions,
  closing: (() => unknown)[],
): Promise<RoundResult> {
  const has = (kind: FaultKind): boolean => plan.faults.some((fault) => fault.kind === kind)
  mkdirSync(folder, { recursive: true })
  const disk = new StateDisk(has('disk_full') ? 'tmpfs' : has('disk_read_only') ? 'ext4' : 'plain', folder)
  closing.push(() => disk.close())
  const network = has('network_cut') ? AgentNetwork.open() : undefined
  closing.push(() => network?.close())

  const port = await freePort()
  const broker = new Mosquitto(port, [
    ...(network === undefined ? [] : [`listener ${port} ${network.hostAddress}`]),
    'persistence true',
    'persistence_location FOLDER/',
    'max_queued_messages 0',
    'max_inflight_messages 0',
    `log_dest file ${join(folder, 'broker.log')}`,
    'log_type all',
  ])
  await broker.start()
  closing.push(() => broker.remove())
  const ledger = await Ledger.open(broker.url)
  closing.push(() => ledger.close())
  // The ledger's session is on disk from here on: a broker that is killed still keeps what comes for it afterwards.
  broker.signal('SIGUSR1')

  const operator = has('remote_restart') ? await Operator.open(broker.url, DEVICE_ID) : undefined
  closing.push(() => operator?.close())
  const proxy = has('slow_link') ? await FaultProxy.open(port) : undefined
  closing.push(() => proxy?.close())
  const time = has('clock_jump') ? new FakedTime(folder, findFaketime()!) : undefined
  const feed = new AudioFeed(SPEED)
  closing.push(() => feed.end())
  const agent = new AgentUnderTest({
    folder,
    stateFolder: disk.folder,
    settings: [
      `device.id=${DEVICE_ID}`,
      `device.state_dir=${disk.folder}`,
      `mqtt.url=${proxy?.url() ?? `mqtt://${network?.hostAddress ?? '127.0.0.1'}:${port}`}`,
      // Mending the disk costs what the kernel had not written, as a power cut does.
      ...(has('disk_read_only') ? ['publish.outbox_sync_s=0'] : []),
      ...SETTINGS,
    ],
    wrapper: network?.wrapper ?? [],
    env: time?.env ?? {},
    feed,
  })
  closing.push(() => agent.close())
  const progress = setInterval(() => onProgress?.(ledger.count), 200)
  closing.push(() => clearInterval(progress))

  const troubles: string[] = []
  agent.start()
  const seconds = setInterval(() => agent.note('second'), 1000)
  closing.push(() => clearInterval(seconds))
  const isFlowing = await until(() => ledger.count >= FLOWING_EVENTS, FLOWING_MS)
  if (!isFlowing) troubles.push('no events flowed before the first fault')

  const random = createRandom(plan.seed, plan.round, 1)
  const around = { broker, agent, disk, proxy, network, time, operator, random }
  const faults = plan.faults.map(async (fault) => {
    await pause(fault.startMs)
    await FAULTS[fault.kind](around, fault)
  })
  await Promise.all([...faults, sabotage?.(around)])
  const healedAtMs = performance.now()
  await pause(FLOW_ON_MS)
  await until(() => ledger.count >= leastEvents, ENOUGH_MS)
  feed.end()
  const endedAtMs = performance.now()
  if (!(await agent.finish(DELIVER_MS)))
    troubles.push(`not everything was delivered within ${DELIVER_MS / 1000} s`)
  const drainMs = performance.now() - endedAtMs

  const logs = agent.logs()
  troubles.push(...processTroubles(logs, agent.ownEnds))
  const accepted = [...tellStories(logs).values()]
  await until(() => accepted.every(({ bootId, seq }) => ledger.has(bootId, seq)), SETTLE_MS)
  const { arrivals } = ledger
  const steps = logs.flatMap((log) => log.steps)
  return {
    plan,
    verdict: judgeRound(arrivals, logs),
    troubles,
    longestOutageMs: Math.max(0, ...arrivals.slice(1).map(({ atMs }, n) => atMs - arrivals[n]!.atMs)),
    recoveryMs: (arrivals.find(({ atMs }) => atMs >= healedAtMs)?.atMs ?? Infinity) - healedAtMs,
    drainMs,
    processes: agent.processes,
    restartsWithin: restartsWithin(logs),
    connectionLosses: steps.filter(({ kind }) => kind === 'lost').length,
    diskFailures: steps.filter(({ kind }) => kind === 'memory').length,
    packetsCut: network?.packetsCut ?? 0,
    ownEnds: agent.ownEnds,
    arrivals,
    logs,
  }
}

function restartsWithin(logs: readonly AgentProcessLog[]): number {
  const begun = logs.map(({ steps }) => steps.filter(({ kind }) => kind === 'began').length)
  return begun.reduce((total, agents) => total + Math.max(0, agents - 1), 0)
}

async function until(isSo: () => boolean, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs
  while (!isSo()) {
    if (performance.now() > end) return false
    await pause(20)
  }
  return true
}
