import { fileURLToPath } from 'node:url'
import { loadConfig } from '../config/load-config.js'
import { systemClock } from '../ops/clock.js'
import { createLogger } from '../ops/logger.js'
import { startEmbeddedBroker } from '../publish/embedded-broker.js'
import type { IncomingMessage } from '../publish/link.js'
import { connectSubscriber } from '../publish/mqtt-subscriber.js'
import { parseEmotionEvent } from '../publish/parse-emotion-event.js'
import { pause } from '../until.js'
import { buildAgent } from './build-agent.js'
import type { CommandIo } from './io.js'
import { parseOptions, refusePositionals } from './parse-options.js'
import { renderEvent } from './render-event.js'
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
    const loaded = loadConfig({
      // What is configured for the real device is not for the demo.
      env: {},
      set: [
        'device.id=demo',
        `capture.source=file:${RECORDING}?pace=${values.fast === true ? 'fast' : 'realtime'}`,
        `mqtt.url=${broker.url}`,
        'mqtt.protocol=3.1.1',
        ...(values.model === undefined ? [] : [`classify.model=${values.model}`]),
      ],
    })
    const log = createLogger({ level: 'warn', format: 'auto', stream: { write: io.err, isTTY: io.errIsTty } })
    const agent = buildAgent(loaded, { log, stdin: () => process.stdin })
    const screen = new DemoScreen(io)
    const subscriber = await connectSubscriber({
      broker: {
        url: broker.url,
        protocol: '3.1.1',
        clientId: 'affectd-demo-screen',
        keepaliveS: 30,
        connectTimeoutMs: 5000,
      },
      filters: ['affectd/demo/#'],
      clock: systemClock,
      onMessage: (message) => screen.show(message),
    })
    io.out(
      `affectd demo: a recording of synthetic voices, judged as it plays\nbroker ${broker.url}, topics affectd/demo/#\n\n`,
    )
    await agent.run(signals.signal)
    // What the broker has acknowledged it has not yet handed on.
    await pause(systemClock, FAREWELL_MS, screen.ended)
    await subscriber.close()
    io.out(`\n${screen.summary}\n`)
  } finally {
    signals.release()
    await broker.close()
  }
  return 0
}

/** Shows what comes over MQTT: the demo sees no more than any other subscriber would. */
class DemoScreen {
  #decisions = 0
  #segments = 0
  #isSpeaking = false
  readonly #ended = new AbortController()
  readonly #color: boolean

  constructor(private readonly io: CommandIo) {
    this.#color = io.isTty && (io.env['NO_COLOR'] ?? '') === ''
  }

  /** Aborts when the device has said goodbye. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  get summary(): string {
    return `${this.#segments} speech segments, ${this.#decisions} emotion events`
  }

  show({ topic, payload }: IncomingMessage): void {
    const kind = topic.slice('affectd/demo/'.length)
    if (kind === 'emotion') {
      const event = parseEmotionEvent(payload)
      if (event === undefined) return
      this.#decisions += 1
      this.io.out(`${renderEvent(event, { color: this.#color })}\n`)
    } else if (kind === 'state' || kind === 'status') {
      this.#showChange(kind, JSON.parse(Buffer.from(payload).toString('utf8')) as Record<string, unknown>)
    }
  }

  #showChange(kind: 'state' | 'status', fields: Readonly<Record<string, unknown>>): void {
    const at = String(fields['time']).slice(11, 23)
    if (kind === 'status') {
      this.io.out(`${at}  device is ${String(fields['state'])}\n`)
      if (fields['state'] === 'offline') this.#ended.abort()
      return
    }
    const isSpeaking = fields['speaking'] === true
    if (isSpeaking === this.#isSpeaking) return
    this.#isSpeaking = isSpeaking
    if (isSpeaking) this.#segments += 1
    this.io.out(`${at}  ${isSpeaking ? 'speech begins' : 'speech ends'}\n`)
  }
}
