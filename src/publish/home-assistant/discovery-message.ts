import type { Message } from '../publisher.js'
import type { Topics } from '../topics.js'
import { affectEntities, listeningSwitch } from './affect-entities.js'
import { diagnosticEntities } from './diagnostic-entities.js'
import type { Entities, Entity } from './entity.js'
import { AVAILABILITY_TEMPLATE } from './templates.js'

/** What Home Assistant is told of a device. */
export interface DiscoveredDevice {
  readonly deviceId: string
  readonly modelId: string
  /** Version of affectd. */
  readonly version: string
  /** Of the model, in its order. */
  readonly labels: readonly string[]
  /** Rules that publish under `alert/<kind>`. */
  readonly alertKinds: readonly string[]
  /** Whether it publishes decisions and the state at all: without them their entities would know nothing. */
  readonly tells: { readonly emotion: boolean; readonly state: boolean }
  /** Time between two health reports. */
  readonly healthIntervalS: number
}

/** @param prefix `discovery_prefix` of Home Assistant's MQTT integration */
export function discoveryTopic(prefix: string, deviceId: string): string {
  return `${prefix}/device/${deviceId}/config`
}

/**
 * Device-based discovery: one retained message makes the device and all of its entities.
 *
 * @see https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload (Home Assistant 2024.11 and later)
 */
export function discoveryMessage(topics: Topics, prefix: string, device: DiscoveredDevice): Message {
  const { deviceId, labels, alertKinds, healthIntervalS, version } = device
  const identifier = `affectd_${deviceId}`
  const entities: Entities = {
    ...affectEntities(topics, labels, alertKinds),
    listening: listeningSwitch(topics),
    ...diagnosticEntities(topics, healthIntervalS),
  }
  const isTold = ({ state_topic: topic }: Entity): boolean =>
    (device.tells.emotion || topic !== topics.emotion) && (device.tells.state || topic !== topics.state)
  const told = Object.entries(entities).filter(([, entity]) => isTold(entity))
  const components = told.map(([key, entity]) => [key, { ...entity, unique_id: `${identifier}_${key}` }])
  const payload = {
    device: {
      identifiers: [identifier],
      name: deviceId,
      manufacturer: 'affectd',
      model: device.modelId,
      sw_version: version,
    },
    origin: { name: 'affectd', sw_version: version },
    availability: [{ topic: topics.status, value_template: AVAILABILITY_TEMPLATE }],
    components: Object.fromEntries(components) as Entities,
  }
  return {
    topic: discoveryTopic(prefix, deviceId),
    payload: JSON.stringify(payload),
    qos: 1,
    retain: true,
    kind: 'state',
  }
}
