import type { FaultProxy, FaultMode } from '../../../test/support/fault-proxy.js'
import type { Mosquitto } from '../../../test/support/mosquitto.js'
import type { Random } from '../../../training/src/random.js'
import type { AgentNetwork, Cut } from './agent-network.js'
import type { AgentUnderTest } from './agent-under-test.js'
import type { FakedTime } from './faked-time.js'
import type { Operator } from './operator.js'
import type { FaultKind, PlannedFault } from './round-plan.js'
import type { StateDisk } from './state-disk.js'

/** What a fault can happen to; the last ones are there where the round's plan needs them. */
export interface Surroundings {
  readonly broker: Mosquitto
  readonly agent: AgentUnderTest
  readonly disk: StateDisk
  readonly proxy: FaultProxy | undefined
  readonly network: AgentNetwork | undefined
  readonly time: FakedTime | undefined
  readonly operator: Operator | undefined
  readonly random: Random
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

type Happens = (around: Surroundings, fault: PlannedFault) => Promise<void>

/** Lets each kind of fault happen, and puts all right again before it resolves. */
export const FAULTS: Readonly<Record<FaultKind, Happens>> = {
  broker_restart: brokerGone,
  async broker_kill(around, fault) {
    around.agent.note('broker_killed')
    await brokerGone(around, fault)
  },
  async network_cut({ network }, { variant, durationMs }) {
    network!.cut(variant as Cut)
    await pause(durationMs)
    network!.heal()
  },
  async slow_link({ proxy, random }, { variant, durationMs }) {
    if (variant === 'jitter') await jitter(proxy!, durationMs, random)
    else {
      proxy!.mode = variant as FaultMode
      await pause(durationMs)
    }
    proxy!.mode = 'pass'
  },
  agent_kill: agentGone,
  agent_restart: agentGone,
  async remote_restart({ operator, random }, { variant, durationMs, times }) {
    for (let n = 0; n < times; n++) {
      await pause((random.next() * durationMs) / times)
      const isRequest = variant === 'any' ? random.next() < 0.5 : variant === 'request'
      if (isRequest) operator!.requestRestart()
      else operator!.revise()
    }
  },
  async disk_full({ disk }, { durationMs }) {
    // What the agent gives back while it lasts is taken, too.
    const until = performance.now() + durationMs
    while (performance.now() < until) {
      disk.fill()
      await pause(100)
    }
    disk.clear()
  },
  async disk_read_only({ disk, agent }, { durationMs }) {
    disk.fail()
    await pause(durationMs)
    // A card that failed comes back with a restart of the board, which lets the agent end in order.
    await agent.hold('SIGTERM')
    disk.mend()
    agent.release()
  },
  async clock_jump({ time, random }, { variant, durationMs, times }) {
    for (let n = 0; n < times; n++) {
      time!.set(jumpS(variant, random))
      await pause(durationMs / times)
    }
    // It stays wrong: a clock is set right whenever somebody gets round to it.
  },
}

async function brokerGone({ broker }: Surroundings, { variant, durationMs }: PlannedFault): Promise<void> {
  await broker.kill(variant as NodeJS.Signals)
  await pause(durationMs)
  await broker.start()
}

async function agentGone(
  { agent, random }: Surroundings,
  { variant, durationMs, times }: PlannedFault,
): Promise<void> {
  for (let n = 0; n < times; n++) {
    await pause((random.next() * durationMs) / times)
    await agent.kill(variant as NodeJS.Signals)
  }
}

/** Latency that changes by the moment, up to a fifth of a second each way. */
async function jitter(proxy: FaultProxy, durationMs: number, random: Random): Promise<void> {
  const until = performance.now() + durationMs
  while (performance.now() < until) {
    proxy.mode = 'stall'
    await pause(200 * random.next())
    proxy.mode = 'pass'
    await pause(20)
  }
}

const JUMPS_S: Readonly<Record<string, number>> = { hour: 3600, day: 86_400, years: 10 * 365 * 86_400 }

/** Forwards or backwards. A board without a battery begins in 1970: `any` goes there, too. */
function jumpS(variant: string, random: Random): number {
  const nowS = Math.floor(Date.now() / 1000)
  const size = JUMPS_S[variant] ?? nowS - 86_400
  const sign = variant === 'any' || random.next() < 0.5 ? -1 : 1
  return sign * Math.floor(size * random.next())
}
