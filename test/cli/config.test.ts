import { generateKeyPairSync } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { configCommand } from '../../src/cli/config.js'
import { runCommand } from '../../src/cli/run.js'
import { CONFIG_KEYS } from '../../src/config/config.js'
import { initialState } from '../../src/config/remote/revisions.js'
import { encodeState } from '../../src/config/remote/state-format.js'
import { memoryIo } from '../support/memory-io.js'

const BIN = fileURLToPath(new URL('../../bin/affectd.js', import.meta.url))

t.test('check says OK, or refuses with the stage that objects', async (t) => {
  const io = memoryIo()
  t.equal(await configCommand(['check'], io), 0)
  t.equal(io.stdout, 'OK\n')
  for (const [pair, code] of [
    ['mqtt.url=mqtt://host/path', 'CONFIG_BROKER_URL'],
    ['mqtt.fallback_urls=mqtt://a,mqtt://b/path', 'CONFIG_BROKER_URL'],
    ['mqtt.fallback_urls=mqtt://a,b', 'CONFIG_INVALID_VALUE'],
    ['capture.source=file:', 'CAPTURE_BAD_SOURCE'],
    ['capture.source=tape', 'CAPTURE_BAD_SOURCE'],
    ['capture.source=arecord:{x}', 'CAPTURE_BAD_DEVICE'],
    ['device.id=a/b', 'CONFIG_INVALID_VALUE'],
  ] as const) {
    await t.rejects(configCommand(['check', '--set', pair], io), { code, exitCode: 78 }, pair)
  }
})

t.test('check refuses what run would refuse to start with', async (t) => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const privateKeyFile = join(t.testdir({ 'key.pem': pem }), 'key.pem')
  for (const [pair, code] of [
    ['mqtt.password_file=/nope', 'CONFIG_NOT_FOUND'],
    ['mqtt.ca_file=/nope', 'CONFIG_NOT_FOUND'],
    ['classify.model=/nope', 'MODEL_NOT_FOUND'],
    ['device.remote_key_file=/nope', 'CONFIG_NOT_FOUND'],
    [`device.remote_key_file=${BIN}`, 'CONFIG_REMOTE_KEY'],
    [`classify.model_key_file=${privateKeyFile}`, 'CONFIG_REMOTE_KEY'],
  ] as const) {
    const io = memoryIo()
    await t.rejects(configCommand(['check', '--set', pair], io), { code }, pair)
    await t.rejects(runCommand(['--set', pair], io, AbortSignal.abort()), { code }, pair)
    t.equal(io.stdout, '')
  }
})

t.test('what a stage refuses names the key and where it came from', async (t) => {
  const file = join(t.testdir({ 'c.json': '{"capture":{"source":"tape"}}' }), 'c.json')
  await t.rejects(configCommand(['check', '--config', file], memoryIo()), {
    message: `capture.source (from ${file}): `,
  })
})

t.test('a device is not named twice', async (t) => {
  const set = ['--set', 'capture.device=hw:1']
  await t.rejects(configCommand(['check', ...set, '--set', 'capture.source=arecord:hw:0'], memoryIo()), {
    code: 'CONFIG_CONFLICT',
  })
  for (const source of ['auto', 'arecord', 'stdin', 'file:x.wav']) {
    t.equal(
      await configCommand(['check', ...set, '--set', `capture.source=${source}`], memoryIo()),
      0,
      source,
    )
  }
})

t.test('show prints every key with its value and origin, secrets masked', async (t) => {
  const io = memoryIo({ AFFECTD_MQTT_PASSWORD: 'hunter2', AFFECTD_MQTT_USERNAME: 'hunter2-token' })
  await configCommand(['show', '--set', 'mqtt.url=mqtt://u:hunter2@h'], io)
  const lines = io.stdout.trimEnd().split('\n')
  t.equal(lines.length, CONFIG_KEYS.size + 1)
  t.match(io.stdout, /^mqtt\.url +"mqtt:\/\/u:\*\*\*@h" +--set$/m)
  t.match(io.stdout, /^mqtt\.password +"\*\*\*" +AFFECTD_MQTT_PASSWORD$/m)
  t.match(io.stdout, /^mqtt\.username +"\*\*\*" +AFFECTD_MQTT_USERNAME$/m)
  t.match(io.stdout, /^mqtt\.protocol +"5" +default$/m)
  t.notMatch(io.stdout, 'hunter2')
})

t.test('show masks a password that makes the broker’s URL none', async (t) => {
  const io = memoryIo()
  await configCommand(['show', '--set', 'mqtt.url=mqtt://u:hun/ter2@host'], io)
  t.match(io.stdout, /^mqtt\.url +"mqtt:\/\/u:\*\*\*@host" +--set$/m)
  t.notMatch(io.stdout, 'ter2')
})

t.test('show --json prints the same for programs', async (t) => {
  const io = memoryIo({ AFFECTD_MQTT_PASSWORD: 'hunter2' })
  await configCommand(['show', '--json'], io)
  const shown = JSON.parse(io.stdout) as Record<string, unknown>
  t.same(Object.keys(shown), [...CONFIG_KEYS.keys()])
  t.same(shown['mqtt.password'], { value: '***', origin: 'AFFECTD_MQTT_PASSWORD', source: 'environment' })
})

t.test('schema prints a JSON Schema', async (t) => {
  const io = memoryIo()
  await configCommand(['schema'], io)
  t.match(JSON.parse(io.stdout), { $schema: /2020-12/, additionalProperties: false })
})

t.test('anything else is wrong usage', async (t) => {
  for (const args of [[], ['shw'], ['check', 'more'], ['show', '--nope'], ['check', '--config']]) {
    await t.rejects(configCommand(args, memoryIo()), { code: /^USAGE_/, exitCode: 64 }, args.join(' '))
  }
})

t.test('show counts what was taken from afar, and does without what is damaged', async (t) => {
  const inForce = { device: { revision: 7, patch: { gate: { hangover_ms: 700 } } }, group: null }
  const state = { ...initialState(''), inForce, confirmed: inForce }
  const shown = async (text: string): Promise<unknown> => {
    const folder = t.testdir({ 'remote-config.json': text })
    const io = memoryIo()
    await configCommand(['show', '--json', '--set', `device.state_dir=${folder}`], io)
    return (JSON.parse(io.stdout) as Record<string, unknown>)['gate.hangover_ms']
  }
  t.same(await shown(encodeState(state)), { value: 700, origin: 'revision 7', source: 'remote' })
  t.match(await shown('{'), { source: 'default' })
})

t.test('check refuses what run would refuse: state of a newer affectd', async (t) => {
  const folder = t.testdir({ 'state-version.json': '{"state_version":99,"affectd":"9.0.0"}' })
  const check = (): Promise<number> =>
    configCommand(['check', '--set', `device.state_dir=${folder}`], memoryIo())
  await t.rejects(check(), { code: 'STATE_TOO_NEW', exitCode: 78 })
  rmSync(join(folder, 'state-version.json'))
  t.equal(await check(), 0)
})
