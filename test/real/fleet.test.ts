import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import mqtt from 'mqtt'
import t, { type Test } from 'tap'
import { FakeDevice, type FakeDeviceOptions, type Manner } from '../support/fake-device.js'
import { runFleet } from '../support/fleet-rig.js'
import { Mosquitto, freePort } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { skipUnless } from '../support/require-part.js'

const needsMosquitto = skipUnless('mosquitto')

/** A broker and devices at it, all gone when the test is over. */
async function fleet(
  t: Test,
  options: readonly FakeDeviceOptions[],
  conf: readonly string[] = [],
): Promise<{ url: string; devices: readonly FakeDevice[]; broker: Mosquitto }> {
  const broker = new Mosquitto(await freePort(), conf)
  await broker.start()
  t.teardown(() => broker.remove())
  const devices = await Promise.all(options.map((option) => FakeDevice.start(broker.url, option)))
  t.teardown(() => Promise.all(devices.map((device) => device.close())))
  return { url: broker.url, devices, broker }
}

function numbered(count: number, manners: Readonly<Record<number, Manner>> = {}): FakeDeviceOptions[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `bus-${i + 1}`,
    group: i < count / 2 ? 'city' : 'suburb',
    manner: manners[i + 1] ?? 'apply',
  }))
}

function results(run: { json(): Record<string, unknown>[] }): Record<string, unknown> {
  return Object.fromEntries(run.json().map(({ device_id: id, result }) => [String(id), result]))
}

/** What the broker keeps on a topic. */
async function retained(url: string, topic: string): Promise<unknown> {
  const tap = await MqttTap.open(url, topic)
  const value = await tap.first(topic)
  await tap.close()
  return value
}

async function write(url: string, topic: string, payload: string): Promise<void> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5 })
  await client.publishAsync(topic, payload, { qos: 1, retain: true })
  await client.endAsync()
}

t.test('ls shows every device, and a stranger among them does no harm', needsMosquitto, async (t) => {
  const { url } = await fleet(t, [...numbered(3), { id: '__proto__', manner: 'garbage' }])
  await write(url, 'affectd/constructor/status', '{"state":"online","reason":"\\u001b[2J","time":"x"}')
  await write(url, 'affectd/bus-9/status', '[[[')
  const shown = await runFleet(url, ['ls'])
  t.equal(shown.status, 0)
  t.notOk(/[\u0000-\u0009\u000b-\u001f]/.test(shown.stdout), 'no control characters')
  const lines = shown.stdout.trimEnd().split('\n')
  t.match(
    lines[0],
    /^device +state +since +version +model +group +revision +config +outbox +speech +listening$/,
  )
  t.match(
    lines.find((line) => line.startsWith('bus-1')),
    /^bus-1 +online +2026-11-21T08:00:00.000Z +0\.1\.0 +affect-cnn-2 +city +0 +local +3 +25 % +yes$/,
  )
  t.match(
    lines.find((line) => line.startsWith('__proto__')),
    /unreadable/,
  )
  t.equal(({} as Record<string, unknown>)['status'], undefined)
  const json = (await runFleet(url, ['ls', '--json', 'bus-*'])).json()
  t.same(
    json.map(({ device_id: id }) => id),
    ['bus-1', 'bus-2', 'bus-3', 'bus-9'],
  )
  t.match(json[3], { state: 'unknown', unreadable: ['status'] })
  const group = (await runFleet(url, ['ls', '--json', '--group', 'suburb'])).json()
  t.same(
    group.map(({ device_id: id }) => id),
    ['bus-3'],
  )
})

t.test('a fleet larger than what the broker queues for a client is seen whole', needsMosquitto, async (t) => {
  const { url } = await fleet(t, [])
  const client = await mqtt.connectAsync(url, { protocolVersion: 5 })
  const states = {
    status: '{"state":"online","reason":null,"time":"t"}',
    info: '{"versions":{"affectd":"1"},"model":{"id":"m"}}',
    health: '{"outbox_depth":0,"speech_ratio":0}',
    listening: '{"listening":true}',
    'config/reported': '{"revision":3,"status":"applied","confirmed":true,"effective":{},"time":"t"}',
  }
  // Five topics each: twice what mosquitto queues by default.
  const count = 400
  const all = Array.from({ length: count }, (_, i) =>
    Object.entries(states).map(([name, payload]) =>
      client.publishAsync(`affectd/d${i}/${name}`, payload, { qos: 1, retain: true }),
    ),
  )
  await Promise.all(all.flat())
  await client.endAsync()
  const seen = (await runFleet(url, ['ls', '--json'])).json()
  t.equal(seen.length, count)
  const whole = { version: '1', model: 'm', config: { revision: 3 }, outbox_depth: 0, listening: true }
  for (const device of [seen[0], seen[count - 1]]) t.match(device, whole)
  t.equal(seen.filter((device) => device['config'] === null).length, 0)
  t.equal(seen.filter((device) => device['outbox_depth'] === null || device['listening'] === null).length, 0)
  const blind = await runFleet(url, ['set', 'd0', 'log.level=debug', '--json', '--timeout', '1'])
  t.match(blind.json()[0], { error: { code: 'FLEET_OVERLAY_UNKNOWN' } })
})

t.test('set changes one key of many devices, and again only what needs it', needsMosquitto, async (t) => {
  const { url, devices } = await fleet(t, numbered(20))
  const args = ['set', 'bus-*', 'affect.min_confidence=0.5', '--yes', '--json', '--wait-confirmed']
  const first = await runFleet(url, args)
  t.equal(first.status, 0, first.message)
  t.ok(first.json().every(({ result, revision }) => result === 'confirmed' && revision === 1))
  t.equal(first.json().length, 20)
  t.ok(devices.every(({ effective }) => JSON.stringify(effective).includes('"min_confidence":0.5')))
  const again = await runFleet(url, args)
  t.ok(again.json().every(({ result }) => result === 'unchanged'))
  t.ok(
    devices.every(({ heard }) => heard.length === 1),
    'nothing was sent twice',
  )

  const other = await runFleet(url, ['set', 'bus-3', 'log.level=debug', '--json'])
  t.same(results(other), { 'bus-3': 'applied' })
  const both = { affect: { min_confidence: 0.5 }, log: { level: 'debug' } }
  t.same(await retained(url, 'affectd/bus-3/config/desired'), { revision: 2, patch: both })
  await runFleet(url, ['set', 'bus-3', '--unset', 'affect', 'log.level=null'])
  t.same(await retained(url, 'affectd/bus-3/config/desired'), {
    revision: 3,
    patch: { log: { level: null } },
  })

  const got = await runFleet(url, ['get', '--all', 'affect.*'])
  t.match(got.stdout, /affect\.min_confidence +0\.5 +all 20/)
  await runFleet(url, ['set', 'bus-4', 'affect.min_confidence=0.7'])
  const differing = await runFleet(url, ['get', '--all', '--differing', 'affect.*'])
  t.match(differing.stdout, /affect\.min_confidence +0\.5 +19: .*\naffect\.min_confidence +0\.7 +1: bus-4\n/)
  t.notMatch(differing.stdout, /min_snr_db/)
})

t.test('a roll-out stops at its first failure and says what it did not touch', needsMosquitto, async (t) => {
  const { url, devices } = await fleet(t, numbered(20, { 2: 'reject' }))
  const run = await runFleet(
    url,
    ['set', '--all', 'log.level=debug', '--yes', '--json'],
    {},
    { errIsTty: true },
  )
  t.match(run, { status: 69, code: 'FLEET_FAILED' })
  t.match(run.message, /stopped after failures: 1 applied, 1 failed, 18 not changed of 20 devices/)
  t.match(results(run), {
    'bus-1': 'applied',
    'bus-2': 'failed',
    'bus-3': 'not_changed',
    'bus-20': 'not_changed',
  })
  t.match(run.json()[1], { error: { code: 'CONFIG_CONFLICT' }, revision: 1 })
  t.ok(devices.slice(2).every(({ heard }) => heard.length === 0))
  t.match(
    run.stderr,
    /stage 1: device 1 of 20\nbus-1: applied {2}\(1\/20 applied, 0 failed\)\nstage 2: device 2 of 20\n/,
  )
  t.notOk(run.stderr.includes('\u001b'))
})

t.test(
  'every way to fail is told apart, and failures up to the limit are borne',
  needsMosquitto,
  async (t) => {
    const { url } = await fleet(
      t,
      numbered(20, { 3: 'reject', 5: 'silent', 7: 'roll back', 11: 'garbage', 13: 'roll back' }),
    )
    const run = await runFleet(url, [
      ...['set', '--all', 'log.level=debug', '--yes', '--json', '--wait-confirmed'],
      ...['--max-failures', '10', '--stages', '2,50%,100%', '--timeout', '1.5'],
    ])
    t.match(run, { status: 69, code: 'FLEET_FAILED' })
    t.match(run.message, /15 confirmed, 5 failed of 20 devices/)
    const errors = new Map(
      run.json().map(({ device_id: id, error }) => [id, (error as { code: string } | null)?.code]),
    )
    t.equal(errors.get('bus-3'), 'CONFIG_CONFLICT')
    t.equal(errors.get('bus-5'), 'FLEET_TIMEOUT')
    t.equal(errors.get('bus-7'), 'CONFIG_ROLLED_BACK_CAPTURE')
    t.equal(errors.get('bus-11'), 'FLEET_MALFORMED')
    t.equal(errors.get('bus-13'), 'CONFIG_ROLLED_BACK_CAPTURE')
    const next = await runFleet(url, ['set', 'bus-3', 'log.level=warn', '--timeout', '1.5'])
    t.match(next.stderr, /bus-3: laid over revision 1, which was rejected/)
  },
)

t.test('devices that are offline are passed over, or find it when they come', needsMosquitto, async (t) => {
  const { url, devices } = await fleet(t, numbered(3))
  await devices[1].goOffline()
  const run = await runFleet(url, ['set', '--all', 'log.level=debug', '--yes', '--json'])
  t.equal(run.status, 0, run.message)
  t.same(results(run), { 'bus-1': 'applied', 'bus-2': 'skipped', 'bus-3': 'applied' })
  t.match(await runFleet(url, ['set', 'bus-2', 'log.level=debug']), { status: 69, code: 'FLEET_NO_DEVICE' })
  const sent = await runFleet(url, [
    'set',
    'bus-2',
    'bus-77',
    'log.level=debug',
    '--include-offline',
    '--yes',
    '--json',
  ])
  t.equal(sent.status, 0, sent.message)
  t.same(results(sent), { 'bus-2': 'sent', 'bus-77': 'sent' })
  const back = await FakeDevice.start(url, { id: 'bus-2' })
  t.teardown(() => back.close())
  const tap = await MqttTap.open(url, 'affectd/bus-2/config/reported')
  t.teardown(() => tap.close())
  await tap.until((heard) =>
    heard.some(({ payload }) => payload.includes('"confirmed":true') && payload.includes('"revision":1,')),
  )
  t.match(back.effective, { log: { level: 'debug' } })
})

t.test('a group has a configuration of its own, sent once', needsMosquitto, async (t) => {
  const { url, devices } = await fleet(t, numbered(6, { 2: 'reject' }))
  await devices[2].goOffline()
  const args = ['set', '--group', 'city', '--group-config', 'log.level=warn', '--yes', '--json']
  const run = await runFleet(url, args)
  t.match(run, { status: 69, code: 'FLEET_FAILED' })
  t.same(results(run), { 'bus-1': 'applied', 'bus-2': 'failed', 'bus-3': 'sent' })
  t.same(await retained(url, 'affectd/_group/city/config/desired'), {
    revision: 1,
    patch: { log: { level: 'warn' } },
  })
  t.same(devices[0].heard.length, 1)
  t.same(devices[5].heard.length, 0, 'another group hears nothing')
  const ls = (await runFleet(url, ['ls', '--json', 'bus-1'])).json()
  t.match(ls[0], { config: { revision: 0, group_revision: 1, group_status: 'applied' } })
  t.match(await runFleet(url, ['set', '--group', 'none', '--group-config', 'log.level=warn']), {
    code: 'FLEET_NO_DEVICE',
  })
})

t.test(
  'signed revisions are taken, unsigned ones refused and never built upon',
  needsMosquitto,
  async (t) => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const folder = t.testdir({ 'op.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() })
    const { url, devices } = await fleet(t, [{ id: 'a', publicKey, group: 'g' }])
    const sign = ['--sign', join(folder, 'op.pem')]
    const unsigned = await runFleet(url, ['set', 'a', 'log.level=debug', '--json'])
    t.match(unsigned.json()[0], { result: 'failed', error: { code: 'CONFIG_SIGNATURE' } })
    t.match((await runFleet(url, ['set', 'a', 'log.level=debug', '--json', ...sign])).json()[0], {
      error: { code: 'FLEET_UNSIGNED' },
    })
    const fresh = await runFleet(url, ['set', 'a', 'log.level=debug', '--replace', '--json', ...sign])
    t.same(results(fresh), { a: 'applied' })
    const more = await runFleet(url, ['set', 'a', 'affect.min_confidence=0.3', '--json', ...sign])
    t.match(more.json()[0], { result: 'applied', revision: 2 })
    t.match(devices[0].effective, { affect: { min_confidence: 0.3 }, log: { level: 'debug' } })
    const group = await runFleet(url, [
      'set',
      '--group',
      'g',
      '--group-config',
      'log.level=warn',
      '--json',
      ...sign,
    ])
    t.same(results(group), { a: 'applied' })
  },
)

t.test('what somebody cleared or wrote meanwhile is not built upon', needsMosquitto, async (t) => {
  const { url } = await fleet(t, numbered(2))
  await runFleet(url, ['set', 'bus-1', 'log.level=debug'])
  await write(url, 'affectd/bus-1/config/desired', '')
  const unknown = await runFleet(url, ['set', 'bus-1', 'affect.min_confidence=0.3', '--json'])
  t.match(unknown.json()[0], { error: { code: 'FLEET_OVERLAY_UNKNOWN' } })
  const replaced = await runFleet(url, ['set', 'bus-1', 'affect.min_confidence=0.3', '--replace', '--json'])
  t.match(replaced.json()[0], { result: 'applied', revision: 2 })
  await write(url, 'affectd/bus-2/config/desired', `{"revision":${Number.MAX_SAFE_INTEGER},"patch":{}}`)
  const full = await runFleet(url, ['set', 'bus-2', 'log.level=debug', '--json'])
  t.match(full.json()[0], { error: { code: 'FLEET_REVISION_LIMIT' } })
})

t.test('two operators at once do not take the other for themselves', needsMosquitto, async (t) => {
  const { url } = await fleet(t, numbered(1, { 1: 'silent' }))
  const rival = await MqttTap.open(url, 'affectd/bus-1/config/desired')
  t.teardown(() => rival.close())
  const run = runFleet(url, ['set', 'bus-1', 'log.level=debug', '--json'])
  await rival.until((heard) => heard.length > 0)
  await write(url, 'affectd/bus-1/config/desired', '{"revision":1,"patch":{}}')
  t.match((await run).json()[0], { error: { code: 'FLEET_SUPERSEDED' } })
})

t.test('rollback asks each device and tells its answer', needsMosquitto, async (t) => {
  const { url } = await fleet(t, numbered(4, { 3: 'reject', 4: 'silent' }))
  const run = await runFleet(url, [
    ...['rollback', '--all', '--yes', '--json', '--max-failures', '5', '--timeout', '1'],
  ])
  t.match(run, { status: 69, code: 'FLEET_FAILED' })
  t.same(results(run), {
    'bus-1': 'rolled_back',
    'bus-2': 'rolled_back',
    'bus-3': 'failed',
    'bus-4': 'failed',
  })
  t.match(run.json()[2], { error: { code: 'CONFIG_NO_PREVIOUS' } })
  t.match(run.json()[3], { error: { code: 'FLEET_TIMEOUT' } })
})

t.test('Ctrl-C sends nothing more and leaves an account', needsMosquitto, async (t) => {
  const { url, devices } = await fleet(t, numbered(5, { 1: 'silent' }))
  const stop = new AbortController()
  const tap = await MqttTap.open(url, 'affectd/bus-1/config/desired')
  t.teardown(() => tap.close())
  const run = runFleet(url, ['set', '--all', 'log.level=debug', '--yes', '--json'], { signal: stop.signal })
  await tap.until((heard) => heard.length > 0)
  stop.abort()
  const { code, message, ...rest } = await run
  t.equal(code, 'FLEET_FAILED')
  t.match(message, /interrupted: 1 sent, 4 not changed/)
  t.match(results(rest), { 'bus-1': 'sent', 'bus-2': 'not_changed' })
  t.ok(devices.slice(1).every(({ heard }) => heard.length === 0))
})

t.test('nothing is sent without a selection, a yes and a value that is right', needsMosquitto, async (t) => {
  const { url, devices } = await fleet(t, numbered(3))
  const refusals = [
    [['set', 'log.level=debug'], 'USAGE_ARGUMENTS', 64],
    [['set', '--all', 'log.level=debug'], 'USAGE_ARGUMENTS', 64],
    [['set', '--all'], 'USAGE_ARGUMENTS', 64],
    [['set', '--all', 'log.level=loud', '--yes'], 'CONFIG_INVALID_VALUE', 78],
    [['set', '--all', 'log.levl=debug', '--yes'], 'CONFIG_UNKNOWN_KEY', 78],
    [['set', '--all', 'mqtt.url=mqtt://x', '--yes'], 'CONFIG_NOT_REMOTE', 78],
    [['set', 'nobody-*', 'log.level=debug', '--yes'], 'FLEET_NO_DEVICE', 69],
    [['rollback'], 'USAGE_ARGUMENTS', 64],
    [['rollback', 'nobody-*'], 'FLEET_NO_DEVICE', 69],
  ] as const
  for (const [args, code, status] of refusals) {
    t.match(await runFleet(url, args), { code, status }, args.join(' '))
  }
  const questions: string[] = []
  const no = { confirm: (question: string) => Promise.resolve(questions.push(question) < 0) }
  t.match(await runFleet(url, ['set', '--all', 'log.level=debug'], no), { code: 'FLEET_FAILED' })
  t.same(questions, ['set log.level="debug" on 3 devices?'])
  const dry = await runFleet(url, ['set', '--all', 'log.level=debug', '--dry-run'])
  t.same(dry.json()[0], {
    device_id: 'bus-1',
    revision: 1,
    patch: { log: { level: 'debug' } },
    is_in_force: false,
  })
  t.ok(devices.every(({ heard }) => heard.length === 0))
})

t.test('a broker that drops what may not be written is found out', needsMosquitto, async (t) => {
  const { url, broker } = await fleet(t, [])
  await broker.kill('SIGTERM')
  const guarded = new Mosquitto(await freePort(), ['acl_file FOLDER/acl'])
  t.teardown(() => guarded.remove())
  const { writeFileSync } = await import('node:fs')
  writeFileSync(
    join(guarded.folder, 'acl'),
    'topic read affectd/#\ntopic write affectd/+/status\ntopic write affectd/+/config/reported\ntopic write affectd/+/info\ntopic write affectd/+/health\ntopic write affectd/+/listening\n',
  )
  await guarded.start()
  const device = await FakeDevice.start(guarded.url, { id: 'a' })
  t.teardown(() => device.close())
  const told = await runFleet(guarded.url, ['set', 'a', 'log.level=debug', '--json'])
  t.match(told.json()[0], { error: { code: 'PUBLISH_REFUSED' } })
  const silent = await runFleet(guarded.url, [
    ...['set', 'a', 'log.level=debug', '--json', '--timeout', '1', '--set', 'mqtt.protocol=3.1.1'],
  ])
  t.match(silent.json()[0], { error: { code: 'FLEET_TIMEOUT', message: /did not pass on what was sent/ } })
  t.match(await runFleet(url, ['ls']), { code: 'PUBLISH_UNREACHABLE', status: 69 })
})
