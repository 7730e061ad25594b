import type { LoadedConfig } from '../config/load-config.js'
import { DeviceStatus } from '../device-status.js'
import { splitUrls } from '../publish/broker-addresses.js'
import { MqttPublisher } from '../publish/mqtt-publisher.js'
import { statusMessage } from '../publish/payloads.js'
import { createPresence } from '../publish/presence.js'
import { withheldBy } from '../publish/privacy-modes.js'
import type { Message } from '../publish/publisher.js'
import type { Topics } from '../publish/topics.js'
import type { AgentSession } from './agent-session.js'
import { brokerAddress, brokerOptions } from './broker-options.js'

/** How an agent speaks: its connection, and what it says of itself there. */
export interface PublisherPart {
  readonly publisher: MqttPublisher
  readonly status: DeviceStatus
  /** Says something for which nobody waits; once the publisher is closed, nothing. */
  readonly tell: (message: Message) => void
  /** Why the end comes, for the last word; until then: it was asked for, or the audio is over. */
  readonly setEnding: (reason: string) => void
}

export interface PublisherParts {
  readonly topics: Topics
  /** An agent of this process has run before: what is missing now is waited for. */
  readonly isRestart: boolean
  readonly whenFull: 'wait' | 'drop_oldest'
}

/** @throws {ConfigError} as `brokerOptions` and `MqttPublisher` */
export function buildPublisher(
  { config }: LoadedConfig,
  { log, clock, outbox, leftovers }: Pick<AgentSession, 'log' | 'clock' | 'outbox' | 'leftovers'>,
  { topics, isRestart, whenFull }: PublisherParts,
): PublisherPart {
  const nowMs = (): number => clock.nowMs()
  const tell = (message: Message): void => {
    // Rejects only once the publisher is closed: then nobody is left to be told.
    publisher.publish(message).catch(() => undefined)
  }
  const status = new DeviceStatus(({ state, reason }) => tell(statusMessage(topics, state, reason, nowMs())))
  outbox.onStoreChange((store) => status.ails('outbox_in_memory', store === 'memory'))
  let ending: string | null = null
  const publisher = new MqttPublisher({
    broker: isRestart ? brokerAddress(config) : brokerOptions(config),
    isRestart,
    leftovers,
    fallbackUrls: splitUrls(config.mqtt.fallback_urls),
    isWithheld: withheldBy(config.privacy.mode, topics),
    onRefusing: (isRefusing) => status.ails('events_refused', isRefusing),
    rereadBroker: () => brokerOptions(config),
    topics,
    presence: createPresence(
      topics,
      () => status.now,
      nowMs,
      () => ending,
    ),
    outbox,
    whenFull,
    log,
    clock,
  })
  return {
    publisher,
    status,
    tell,
    setEnding(reason) {
      ending = reason
    },
  }
}
