import type { DiskError, DiskMeter } from '../../../test/support/disk-meter.js'
import type { FaultMode, FaultProxy } from '../../../test/support/fault-proxy.js'
import type { Mosquitto } from '../../../test/support/mosquitto.js'
import type { Random } from '../../../training/src/random.js'
import type { AcceleratedAgent } from './accelerated-agent.js'
import type { PacedFeed } from './paced-feed.js'
import type { SoakOperator } from './soak-operator.js'

/** What a fault works on. */
export interface Surroundings {
  readonly broker: Mosquitto
  readonly proxy: FaultProxy
  readonly agent: AcceleratedAgent
  readonly feed: PacedFeed
  readonly operator: SoakOperator
  readonly meter: DiskMeter
  readonly random: Random
  /** Resolves after so many seconds of the agent's time. */
  readonly pause: (seconds: number) => Promise<void>
}

type Fault = (around: Surroundings) => Promise<void>

const LINK_MODES: readonly FaultMode[] = [
  'stall',
  'drop',
  'deaf',
  'mute',
  'half_open',
  'reset',
  'slow',
  'garbage',
]
const DISK_ERRORS: readonly DiskError[] = ['EIO', 'ENOSPC', 'EROFS']
/** True time; the agent's clocks, which run faster, jump by as many times more when it is let go on. */
const MOST_STOPPED_MS = 400

/** Everything that happens to an agent in a soak, by name. Each leaves things as they were. */
export const SOAK_FAULTS = {
  broker_restarted: (around) => brokerAway(around, 'SIGTERM', 240),
  broker_killed: (around) => brokerAway(around, 'SIGKILL', 120),
  /** Longer than a broker's keepalive, so that much waits in the outbox. */
  broker_away_long: (around) => brokerAway(around, 'SIGTERM', 1500),
  link_faulty: async ({ proxy, random, pause }) => {
    proxy.mode = LINK_MODES[random.below(LINK_MODES.length)]!
    await pause(5 + random.below(150))
    proxy.mode = 'pass'
  },
  audio_stalled: async ({ feed, random, pause }) => {
    feed.isStalled = true
    await pause(2 + random.below(60))
    feed.isStalled = false
  },
  listening_off: async ({ operator, random, pause }) => {
    operator.ask('listen/set', { listening: false })
    await pause(10 + random.below(120))
    operator.ask('listen/set', { listening: true })
    await pause(5)
  },
  muted: async ({ agent, random, pause }) => {
    agent.signal('SIGUSR2')
    await pause(5 + random.below(60))
    agent.signal('SIGUSR2')
  },
  hostile_messages: async ({ operator, pause }) => {
    for (let n = 0; n < 5; n++) {
      operator.harass(20)
      await pause(5)
    }
  },
  questions: async ({ operator, pause }) => {
    for (let n = 0; n < 10; n++) {
      operator.askAll()
      await pause(2)
    }
  },
  revised_hot: ({ operator, pause }) => done(() => operator.reviseHot(), pause),
  revised_cold: ({ operator, pause }) => done(() => operator.reviseCold(), pause),
  revised_badly: ({ operator, pause }) => done(() => operator.reviseBadly(), pause),
  rolled_back: ({ operator, pause }) => done(() => operator.ask('config/rollback'), pause),
  restarted_within: ({ operator, pause }) => done(() => operator.ask('restart'), pause),
  voice_forgotten: ({ operator, pause }) => done(() => operator.ask('baseline/reset'), pause),
  disk_failing: async ({ meter, random, pause }) => {
    meter.fail(DISK_ERRORS[random.below(DISK_ERRORS.length)]!)
    await pause(30 + random.below(240))
    meter.mend()
    // It looks every 30 s whether the disk works again.
    await pause(40)
  },
  process_stopped: async ({ agent, random, pause }) => {
    agent.signal('SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 20 + random.below(MOST_STOPPED_MS)))
    agent.signal('SIGCONT')
    await pause(10)
  },
} as const satisfies Record<string, Fault>

export type SoakFault = keyof typeof SOAK_FAULTS
export const SOAK_FAULT_NAMES = Object.keys(SOAK_FAULTS) as SoakFault[]

async function brokerAway(
  { broker, random, pause }: Surroundings,
  signal: NodeJS.Signals,
  mostS: number,
): Promise<void> {
  await broker.kill(signal)
  await pause(5 + random.below(mostS))
  await broker.start()
}

async function done(act: () => void, pause: Surroundings['pause']): Promise<void> {
  act()
  await pause(20)
}
