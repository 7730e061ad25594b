import { HomeAssistant } from '../../src/publish/home-assistant/home-assistant.js'
import type { IncomingMessage } from '../../src/publish/link.js'
import type { Message } from '../../src/publish/publisher.js'
import { FakeClock } from './fake-clock.js'

export const TOPIC = 'homeassistant/device/bus-12/config'
export const discovery: Message = { topic: TOPIC, payload: '{"a":1}', qos: 1, retain: true, kind: 'state' }

export interface HomeAssistantRig {
  readonly clock: FakeClock
  readonly published: Message[]
  readonly topics: () => readonly string[]
  readonly hear: (topic: string, payload: string | Uint8Array, retain?: boolean) => void
  readonly homeAssistant: HomeAssistant
}

export function homeAssistantRig(isOn: boolean, prefix = 'homeassistant', random = 0.5): HomeAssistantRig {
  const clock = new FakeClock()
  const published: Message[] = []
  const listeners = new Map<string, (message: IncomingMessage) => void>()
  const homeAssistant = new HomeAssistant({
    publisher: {
      publish: (message) => {
        published.push(message)
        return Promise.resolve()
      },
      subscribe: (topic, listener) => void listeners.set(topic, listener),
    },
    discovery,
    prefix,
    isOn,
    clock,
    random: () => random,
  })
  homeAssistant.start()
  const hear = (topic: string, content: string | Uint8Array, retain = false): void => {
    const payload = Buffer.from(content)
    const properties = { responseTopic: undefined, correlationData: undefined }
    listeners.get(topic)?.({ topic, payload, retain, ...properties })
  }
  return { clock, published, topics: () => [...listeners.keys()], hear, homeAssistant }
}
