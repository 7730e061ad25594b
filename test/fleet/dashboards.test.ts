import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { CONFIG_SCHEMA } from '../../src/config/schema.js'
import { SimulatedDevice } from '../support/simulated-device.js'
import { findProgram, skipUnless } from '../support/require-part.js'

const file = (name: string): string => fileURLToPath(new URL(`../../config/fleet/${name}`, import.meta.url))

interface Path {
  readonly path: string
  readonly rename?: string
}

interface Consumer {
  readonly topics: readonly string[]
  readonly qos: number
  readonly persistent_session: boolean
  readonly client_id: string
  readonly topic_parsing?: readonly { readonly topic: string; readonly tags: string }[]
  readonly json_v2: readonly {
    readonly measurement_name: string
    readonly timestamp_path: string
    readonly tag?: readonly Path[]
    readonly field: readonly Path[]
  }[]
}

/** Telegraf's file as Python's TOML parser reads it. */
function consumers(): readonly Consumer[] {
  const python = findProgram('python3') as string
  const script = 'import json,sys,tomllib; json.dump(tomllib.load(open(sys.argv[1],"rb")),sys.stdout)'
  const { status, stdout, stderr } = spawnSync(python, ['-c', script, file('telegraf.conf')], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  const { inputs } = JSON.parse(stdout) as { inputs: { mqtt_consumer: readonly Consumer[] } }
  return inputs.mqtt_consumer
}

/** One payload of each topic level (`emotion`, `health`), as a device makes them. */
async function payloads(): Promise<ReadonlyMap<string, Record<string, unknown>>> {
  const device = new SimulatedDevice('t1', { url: 'mqtt://127.0.0.1:1' })
  const made = new Map<string, Record<string, unknown>>()
  const { publisher, topics } = device
  publisher.publish = async ({ topic, payload }) => {
    made.set(topic.slice(topics.base.length + 1), JSON.parse(payload) as Record<string, unknown>)
  }
  publisher.start = () => undefined
  device.start()
  await device.speak()
  made.set('status', JSON.parse(device.greeting().payload) as Record<string, unknown>)
  await publisher.close()
  return made
}

function valueAt(payload: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, level) => (value as Record<string, unknown> | undefined)?.[level], payload)
}

const needsPython = skipUnless('python3')

t.test('every field that Telegraf stores is one that a device says', needsPython, async (t) => {
  const made = await payloads()
  const prefix = CONFIG_SCHEMA.publish.prefix.default as string
  for (const {
    topics,
    qos,
    persistent_session: persists,
    client_id: clientId,
    topic_parsing: parsing,
    json_v2,
  } of consumers()) {
    const [topic = ''] = topics
    t.equal(qos, 1, clientId)
    t.equal(persists, true, clientId)
    const [json] = json_v2
    const name = json!.measurement_name
    // Alerts are specified and not yet published: there is no payload to hold them against.
    if (name === 'alert') continue
    t.equal(topic, `${prefix}/+/${name}`)
    const payload = made.get(name)
    t.ok(payload, name)
    const paths = [{ path: json!.timestamp_path }, ...(json!.tag ?? []), ...json!.field]
    for (const { path } of paths) t.not(valueAt(payload, path), undefined, `${name}: ${path}`)
    const isTagged = json!.tag?.some(({ path }) => path === 'device_id') ?? false
    t.ok(isTagged || parsing?.[0]?.tags.includes('device_id'), `${name} says which device`)
  }
  const stored = consumers().flatMap(({ json_v2 }) =>
    json_v2.flatMap(({ field }) => field.map(({ path }) => path)),
  )
  const labels = Object.keys(made.get('emotion')!['probabilities'] as object)
  for (const label of labels) t.ok(stored.includes(`probabilities.${label}`), label)
})

interface Panel {
  readonly id: number
  readonly title: string
  readonly type: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly datasource: { readonly uid: string }
  readonly targets: readonly { readonly query: string }[]
}

t.test('every panel of the dashboard asks for what Telegraf stores', needsPython, async (t) => {
  const board = JSON.parse(readFileSync(file('grafana-dashboard.json'), 'utf8')) as {
    readonly title: string
    readonly schemaVersion: number
    readonly __inputs: readonly { readonly name: string }[]
    readonly panels: readonly Panel[]
  }
  t.ok(board.title)
  t.ok(board.schemaVersion >= 30)
  const { panels } = board
  t.equal(new Set(panels.map(({ id }) => id)).size, panels.length, 'ids differ')
  const stored = new Map(
    consumers().flatMap(({ json_v2 }) =>
      json_v2.map(
        ({ measurement_name: name, field }) =>
          [name, field.map(({ path, rename }) => rename ?? path)] as const,
      ),
    ),
  )
  for (const { title, type, gridPos, datasource, targets } of panels) {
    t.match(type, /^(timeseries|barchart|state-timeline|table)$/, title)
    t.ok(gridPos.x + gridPos.w <= 24, `${title} is within the grid`)
    t.equal(datasource.uid, `\${${board.__inputs[0]?.name}}`, title)
    const query = targets.map((target) => target.query).join('\n')
    const named = (of: string): string[] =>
      [...query.matchAll(new RegExp(`r\\.${of} == "([^"]+)"`, 'g'))].map(([, name]) => name as string)
    const measurements = named('_measurement')
    t.ok(measurements.length > 0, title)
    for (const measurement of measurements) {
      const fields = stored.get(measurement)
      t.ok(fields, `${title}: ${measurement} is stored`)
      for (const field of named('_field'))
        t.ok(fields?.includes(field), `${title}: ${measurement} has ${field}`)
    }
  }
})
