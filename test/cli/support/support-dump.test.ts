import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { supportDumpCommand } from '../../../src/cli/support/support-dump.js'
import { encodeRunRecord } from '../../../src/ops/run-record.js'
import { memoryIo } from '../../support/memory-io.js'
import { writeTinyModel } from '../../support/tiny-model.js'

/** Planted where a person might have put them. */
const SECRETS = {
  'the URL, percent-encoded': 'url%2Fgeheim',
  'the URL, decoded': 'url/geheim',
  'the second URL': 'zweitgeheim',
  'a file of a password': 'dateigeheim-mit-"zeichen"',
  'a key in a file': 'MC4CAQAwBQYDK2VwBCIEIKeyMaterialOfTheDevice00000000000000000',
  'the environment, a variable of another program': 'umgebungsgeheim',
  'the journal, a key that nobody knows': 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKc',
  'the journal, a setting': 'journalgeheim1',
  'the journal, JSON': 'journalgeheim2',
  'the journal, a header': 'eyJhbGciOiJIUzI1NiJ9',
  'the journal, a URL': 'journalgeheim3',
  'a baseline': '0.123456789',
  'an event on disk': 'ereignis-angry',
  'a profile in the name of a file': 'anna',
} as const

function program(folder: string, name: string, output: string): void {
  writeFileSync(join(folder, `${name}.txt`), output)
  writeFileSync(join(folder, name), `#!/bin/sh\nexec /bin/cat ${join(folder, `${name}.txt`)}\n`)
  chmodSync(join(folder, name), 0o755)
}

async function plant(t: Test) {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const folder = t.testdir({
    bin: {},
    state: {
      'run.json': encodeRunRecord({
        bootId: 'b1',
        version: '0.1.0',
        machineBoot: 'm1',
        startedMs: 0,
        machineUptimeS: 1,
        clean: false,
        error: { code: 'INTERNAL_UNEXPECTED', message: 'x is not iterable', timeMs: 0, exitCode: 70 },
        crashes: 2,
        pauses: 0,
      }),
      'baseline.json': `{"mean":[${SECRETS['a baseline']}]}`,
      'fatigue-anna.json': '{}',
      outbox: { '000003.log': SECRETS['an event on disk'] },
    },
    'password.txt': `${SECRETS['a file of a password']}\n`,
    'cert.pem': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
    'key.pem': `-----BEGIN PRIVATE KEY-----\n${SECRETS['a key in a file']}\n-----END PRIVATE KEY-----\n`,
  })
  const at = (name: string): string => join(folder, name)
  const config = {
    device: { id: 'bus-12', state_dir: at('state') },
    classify: { model: writeTinyModel(folder) },
    mqtt: {
      url: `mqtt://bus:${SECRETS['the URL, percent-encoded']}@127.0.0.1:${port}`,
      fallback_urls: `mqtt://bus:${SECRETS['the second URL']}@127.0.0.1:1`,
      username: 'bus',
      password_file: at('password.txt'),
      cert_file: at('cert.pem'),
      key_file: at('key.pem'),
    },
  }
  writeFileSync(at('affectd.json'), JSON.stringify(config))
  const journal = [
    'Nov 21 08:00:00 bus affectd[1]: INFO listening',
    `connecting to mqtts://bus:${SECRETS['the journal, a URL']}@broker:8883 with ${SECRETS['a file of a password']}`,
    `refused: ${JSON.stringify(SECRETS['a file of a password'])}, ${SECRETS['the URL, decoded']}`,
    `AFFECTD_MQTT_PASSWORD=${SECRETS['the journal, a setting']} \u001b[2J`,
    `{"mqtt":{"password": "${SECRETS['the journal, JSON']}"}}`,
    `Authorization: Bearer ${SECRETS['the journal, a header']}.x.y`,
    `bus affectd[1]: -----BEGIN RSA PRIVATE KEY-----\nbus affectd[1]: ${SECRETS['the journal, a key that nobody knows']}`,
    `bus affectd[1]: -----END RSA PRIVATE KEY-----\nthe last line, ${SECRETS['a key in a file']}`,
  ]
  program(at('bin'), 'journalctl', journal.join('\n'))
  program(at('bin'), 'systemctl', 'ActiveState=active\nNRestarts=3\n')
  const env = {
    PATH: at('bin'),
    HOME: folder,
    SOME_API_TOKEN: SECRETS['the environment, a variable of another program'],
  }
  return { folder, at, env, port }
}

function leaks(text: string): string[] {
  return Object.entries(SECRETS).flatMap(([where, secret]) => (text.includes(secret) ? [where] : []))
}

t.test('one file says what a helper must know, and nothing that is secret or was heard', async (t) => {
  const { at, env, port } = await plant(t)
  const out = at('dump.txt')
  const io = memoryIo(env)
  const set = `mqtt.client_id=${SECRETS['the environment, a variable of another program']}`
  t.equal(await supportDumpCommand(['--config', at('affectd.json'), '--set', set, '--out', out], io), 0)
  t.equal(io.stdout, '')
  t.match(io.stderr, out)
  t.equal(statSync(out).mode & 0o777, 0o600)
  const text = readFileSync(out, 'utf8')
  t.same(leaks(text), [])
  for (const part of [
    /^affectd: 0\.1\.0$/m,
    /^MemTotal:/m,
    /^device\.id +"bus-12" +.*affectd\.json$/m,
    /tiny-8 [0-9a-f]{64}: .* hold/,
    /^run\.json: .*INTERNAL_UNEXPECTED.*x is not iterable/m,
    /^outbox\/000003\.log +14 /m,
    /^fatigue-….json/m,
    /^remote-config\.json: there is none$/m,
    new RegExp(`^mqtt://127\\.0\\.0\\.1:${port}: .* takes connections`, 'm'),
    /^mqtt:\/\/127\.0\.0\.1:1: .* does not \(ECONNREFUSED\)$/m,
    /^NRestarts=3$/m,
    /^the last line, \*\*\*$/m,
    /mqtts:\/\/\*\*\*@broker:8883/,
  ]) {
    t.match(text, part)
  }
  t.notMatch(text, '\u001b')
})

t.test(
  'a configuration that cannot be loaded, and programs that are missing, are told of in it',
  async (t) => {
    const { at } = await plant(t)
    const config = JSON.parse(readFileSync(at('affectd.json'), 'utf8')) as { mqtt: object }
    writeFileSync(
      at('affectd.json'),
      JSON.stringify({ ...config, mqtt: { ...config.mqtt, passwort: 'x-geheim' } }),
    )
    const io = memoryIo({ PATH: '/nowhere', AFFECTD_DEVICE_STATE_DIR: at('state') })
    t.equal(await supportDumpCommand(['--config', at('affectd.json'), '--out', '-'], io), 0)
    t.same(leaks(io.stdout), [])
    t.match(io.stdout, /CONFIG_UNKNOWN_KEY: .*mqtt\.passwort/)
    t.match(io.stdout, /not to be had: there is no journalctl here/)
    t.match(io.stdout, /^run\.json: .*INTERNAL_UNEXPECTED/m)
  },
)

t.test('a password where the name of its file should be is no less secret', async (t) => {
  const { at, env } = await plant(t)
  const dump = async (set: string): Promise<string> => {
    const io = memoryIo(env)
    t.equal(await supportDumpCommand(['--set', set, '--out', '-'], io), 0)
    return io.stdout
  }
  t.notMatch(await dump('mqtt.password_file=verlegtgeheim'), 'verlegtgeheim')
  t.match(await dump(`mqtt.password_file=${at('none.txt')}`), at('none.txt'), 'which file is missing is told')
  t.match(await dump('mqtt.password_file=credential:mqtt_password'), 'credential:mqtt_password')
})

t.test('a file that is there already is not overwritten', async (t) => {
  const { at, env } = await plant(t)
  writeFileSync(at('dump.txt'), 'mine')
  const args = ['--config', at('affectd.json'), '--out', at('dump.txt')]
  await t.rejects(supportDumpCommand(args, memoryIo(env)), { code: 'USAGE_OUTPUT', exitCode: 64 })
  t.equal(readFileSync(at('dump.txt'), 'utf8'), 'mine')
  await t.rejects(supportDumpCommand(['--out', at('no/where.txt')], memoryIo(env)), { code: 'USAGE_OUTPUT' })
  await t.rejects(supportDumpCommand(['x'], memoryIo(env)), { code: 'USAGE_ARGUMENTS' })
  t.notOk(readdirSync(at('.')).includes('no'))
})
