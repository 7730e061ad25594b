import { fileURLToPath } from 'node:url'
import { loadConfig } from '../config/load-config.js'
import { systemClock } from '../ops/clock.js'
import { createLogger } from '../ops/logger.js'
import { startEmbeddedBroker } from '../publish/embedded-broker.js'
import { MemoryOutbox } from '../publish/memory-outbox.js'
import { connectSubscriber } from '../publish/mqtt-subscriber.js'
import { pause } from '../until.js'
import { createSession } from './agent-session.js'
import { buildAgent } from './build-agent.js'
import { DEMO_BASE, DemoScreen } from './demo-screen.js'
import type { CommandIo } from './io.js'
import { parseOptions, refusePositionals } from './parse-options.js'
import { createStopSignal } from './stop-signal.js'

const RECORDING = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))

/** Longest wait for the last message to come back from the broker. */
const FAREWELL_MS = 2000

export const DEMO_HELP = `Usage: affectd demo [--fast] [--model DIR]

Plays a bundled recording of synthetic voices to the agent and shows what it publishes to a broker of its own, as it
publishes it. Needs nothing installed or configured, and ends by itself after 40 seconds.

  --fast       as fast as it can be judged
  --model DIR  another model than the shipped one
`

/**
 * `affectd demo`
 *
 * @throws {ModelError}
 */
export async function demoCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseOptions('demo', args, {
    fast: { type: 'boolean' },
    model: { type: 'string' },
  })
  if (values.help === true) {
    io.out(DEMO_HELP)
    return 0
  }
  refusePositionals('demo', positionals)
  const broker = await startEmbeddedBroker()
  const signals = createStopSignal()
  try {
    await play(broker.url, values, io, signals.signal)
  } finally {
    signals.release()
    await broker.close()
  }
  return 0
}

interface DemoOptions {
  readonly fast?: boolean | undefined
  readonly model?: string | undefined
}

/** What the demo needs, over whatever the package configures: `key=value` each. */
export function demoSettings(url: string, { fast, model }: DemoOptions): readonly string[] {
  return [
    'device.id=demo',
    'publish.prefix=affectd',
    `capture.source=file:${RECORDING}?pace=${fast === true ? 'fast' : 'realtime'}`,
    `mqtt.url=${url}`,
    'mqtt.protocol=3.1.1',
    // Several voices, none of which is the device's own.
    'affect.adaptation.mode=off',
    // Nobody in it is angry for long enough; somebody is excited.
    `alerts.rules=${JSON.stringify({ excitement: { score: 'arousal', enter: 0.6, exit: 0.3, within_s: 10 } })}`,
    ...(model === undefined ? [] : [`classify.model=${model}`]),
  ]
}

async function play(url: string, options: DemoOptions, io: CommandIo, stop: AbortSignal): Promise<void> {
  const loaded = loadConfig({
    // What is configured for the real device is not for the demo.
    env: {},
    set: demoSettings(url, options),
  })
  const log = createLogger({ level: 'warn', format: 'auto', stream: { write: io.err, isTTY: io.errIsTty } })
  const session = createSession({ log, stdin: () => process.stdin }, new MemoryOutbox())
  const agent = await buildAgent(loaded, session)
  const screen = new DemoScreen(io)
  const subscriber = await connectSubscriber({
    broker: {
      url,
      protocol: '3.1.1',
      clientId: 'affectd-demo-screen',
      keepaliveS: 30,
      connectTimeoutMs: 5000,
    },
    filters: [`${DEMO_BASE}/#`],
    clock: systemClock,
    onMessage: (message) => screen.show(message),
  })
  io.out(
    `affectd demo: a recording of synthetic voices, judged as it plays\nbroker ${url}, topics ${DEMO_BASE}/#\n\n`,
  )
  try {
    await agent.run(stop)
    // What the broker has acknowledged it has not yet handed on.
    await pause(systemClock, FAREWELL_MS, screen.ended)
  } finally {
    await subscriber.close()
    await session.close()
  }
  io.out(`\n${screen.summary}\n`)
}
