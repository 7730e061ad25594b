import { readFileSync } from 'node:fs'
import t from 'tap'
import { discoveryMessage } from '../../../src/publish/home-assistant/discovery-message.js'
import { createTopics } from '../../../src/publish/topics.js'
import { sampleDiscovery } from '../../support/sample-messages.js'
import {
  AVAILABILITY_KEYS,
  BINARY_SENSOR_CLASSES,
  COMPONENT_KEYS,
  DEVICE_KEYS,
  ORIGIN_KEYS,
  SENSOR_CLASS_UNITS,
  STATE_CLASSES,
  TOP_KEYS,
} from './allowed-keys.js'

type Json = Readonly<Record<string, unknown>>

interface Payload {
  readonly device: Json
  readonly origin: Json
  readonly availability: readonly Json[]
  readonly components: Readonly<Record<string, Json>>
}

/** Brokers on small machines, and Home Assistant's own log, are spared more. */
const MOST_BYTES = 12_000

const message = sampleDiscovery(['anger', 'fatigue'])
const payload = JSON.parse(message.payload) as Payload
const components = Object.entries(payload.components)

function unknown(object: Json, allowed: readonly string[]): string[] {
  return Object.keys(object).filter((key) => !allowed.includes(key))
}

t.test('contract: the discovery of a device with two alerts, exactly', (t) => {
  const frozen: unknown = JSON.parse(
    readFileSync(new URL('../contract/home-assistant-discovery.json', import.meta.url), 'utf8'),
  )
  const { kind: _, ...sent } = message
  t.same({ ...sent, payload }, frozen)
  t.equal(
    message.payload,
    JSON.stringify((frozen as { payload: unknown }).payload),
    'the order of keys included',
  )
  t.ok(message.payload.length < MOST_BYTES, `${message.payload.length} bytes`)
  t.end()
})

t.test('no key is one that Home Assistant does not take, and none that it needs is missing', (t) => {
  t.same(unknown(payload as unknown as Json, [...TOP_KEYS.required, ...TOP_KEYS.optional]), [])
  for (const key of TOP_KEYS.required) t.ok(key in payload, key)
  t.same(unknown(payload.device, DEVICE_KEYS), [])
  t.same(unknown(payload.origin, ORIGIN_KEYS), [])
  for (const one of payload.availability) t.same(unknown(one, AVAILABILITY_KEYS), [])
  for (const [key, component] of components) {
    t.same(unknown(component, COMPONENT_KEYS[String(component['platform'])] ?? []), [], key)
  }
  t.ok(typeof payload.origin['name'] === 'string', 'without a name of its origin, a device is refused')
  t.match(payload.device['identifiers'], ['affectd_bus-12'])
  t.end()
})

t.test('classes, units, options and categories go together as Home Assistant wants them', (t) => {
  for (const [key, component] of components) {
    const { platform, device_class: deviceClass, state_class: stateClass, options, icon } = component
    const unit = component['unit_of_measurement'] as string | undefined
    if (platform === 'sensor' && deviceClass !== undefined) {
      t.ok(SENSOR_CLASS_UNITS[String(deviceClass)]?.includes(unit), `${key}: ${unit}`)
    }
    if (platform === 'binary_sensor') t.ok(BINARY_SENSOR_CLASSES.includes(String(deviceClass)), key)
    if (stateClass !== undefined) t.ok(STATE_CLASSES.includes(String(stateClass)), key)
    if (options !== undefined) {
      t.equal(deviceClass, 'enum', key)
      t.equal(stateClass ?? unit, undefined, `${key}: options go with neither a unit nor a state class`)
    }
    if (icon !== undefined) t.match(icon, /^mdi:[a-z0-9-]+$/, key)
    if (platform === 'event') t.ok((component['event_types'] as string[]).length > 0)
    t.ok([undefined, 'diagnostic'].includes(component['entity_category'] as undefined), key)
    t.ok(Number.isInteger(component['expire_after'] ?? 1), key)
  }
  t.end()
})

t.test('unique ids are unique, and of the device', (t) => {
  const ids = components.map(([, component]) => component['unique_id'])
  t.equal(new Set(ids).size, ids.length)
  t.same(
    ids,
    components.map(([key]) => `affectd_bus-12_${key}`),
  )
  const names = components.map(([, component]) => component['name'])
  t.equal(new Set(names).size, names.length, 'names too, or Home Assistant numbers them')
  t.end()
})

t.test('topics follow the prefixes, and health expires after three reports', (t) => {
  const topics = createTopics('a', 'city/fleet')
  const other = discoveryMessage(topics, 'ha/x', {
    deviceId: 'a',
    modelId: 'm',
    version: '1',
    labels: ['x'],
    alertKinds: [],
    tells: { emotion: true, state: true },
    healthIntervalS: 2.5,
  })
  t.equal(other.topic, 'ha/x/device/a/config')
  const made = (JSON.parse(other.payload) as Payload).components
  for (const [key, component] of Object.entries(made)) {
    t.match(component['state_topic'], /^city\/fleet\/a\//, key)
  }
  t.equal(made['cpu']?.['expire_after'], 8)
  t.equal(made['listening']?.['command_topic'], 'city/fleet/a/request/listen/set')
  t.notOk(Object.keys(made).some((key) => key.startsWith('alert_')))
  t.end()
})
