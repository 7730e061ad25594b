import { randomFillSync } from 'node:crypto'
import { systemClock } from '../../src/ops/clock.js'
import type { LinkOptions } from '../../src/publish/link.js'
import { MemoryOutbox } from '../../src/publish/memory-outbox.js'
import { MqttPublisher } from '../../src/publish/mqtt-publisher.js'
import type { MqttPublisherOptions } from '../../src/publish/mqtt-publisher.js'
import { createPresence } from '../../src/publish/presence.js'
import type { Message } from '../../src/publish/publisher.js'
import { createRequestHandler, pingVerb } from '../../src/publish/requests.js'
import { createTopics } from '../../src/publish/topics.js'
import type { Topics } from '../../src/publish/topics.js'
import { recordingLogger } from './recording-logger.js'
import type { LogLine } from './recording-logger.js'

export interface PublisherRig {
  readonly publisher: MqttPublisher
  readonly topics: Topics
  readonly outbox: MemoryOutbox
  readonly log: readonly LogLine[]
}

/** A publisher of the device `t1` as the agent builds it, with short delays and its log kept. */
export function publisherRig(
  url: string,
  broker: Partial<LinkOptions> = {},
  options: Partial<MqttPublisherOptions> = {},
): PublisherRig {
  const topics = createTopics('t1')
  const outbox = new MemoryOutbox()
  const log = recordingLogger()
  const nowMs = (): number => (options.clock ? options.clock.nowMs() : Date.now())
  const publisher = new MqttPublisher({
    broker: {
      url,
      protocol: '5',
      clientId: `affectd-t1-${Buffer.from(randomFillSync(new Uint8Array(4))).toString('hex')}`,
      keepaliveS: 30,
      connectTimeoutMs: 5000,
      ...broker,
    },
    topics,
    presence: createPresence(topics, () => ({ state: 'online', reason: null }), nowMs),
    outbox,
    whenFull: 'wait',
    log,
    clock: systemClock,
    backoff: { baseMs: 20, capMs: 100 },
    ...options,
  })
  publisher.onRequest(
    createRequestHandler(topics, { ping: pingVerb(nowMs) }, (error) => {
      throw error
    }),
  )
  return { publisher, topics, outbox: (options.outbox as MemoryOutbox | undefined) ?? outbox, log: log.lines }
}

/** A numbered event on the emotion topic. */
export function event(topics: Topics, n: number): Message {
  return { topic: topics.emotion, payload: JSON.stringify({ n }), qos: 1, retain: false, kind: 'event' }
}
