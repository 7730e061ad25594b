import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { CONFIG_KEYS, valueAt } from '../../src/config/config.js'
import { environmentName, type Machine } from '../../src/config/key-spec.js'
import { loadConfig, type ConfigSources, type LoadedConfig } from '../../src/config/load-config.js'
import { AffectdError, ConfigError } from '../../src/errors.js'

const machine: Machine = { hostname: 'bus-12.example.org', homeDir: '/home/u', isRoot: false, env: {} }

function load(sources: Partial<ConfigSources> = {}): LoadedConfig {
  return loadConfig({ env: {}, machine, ...sources })
}

function fileWith(test: Test, content: unknown): string {
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  return join(test.testdir({ 'affectd.json': text }), 'affectd.json')
}

function refusal(act: () => unknown): ConfigError {
  try {
    act()
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

t.test('without sources every key has its default', async (t) => {
  const { config, origins } = load()
  t.equal(config.device.id, 'bus-12')
  t.equal(config.device.state_dir, '/home/u/.local/state/affectd')
  t.equal(config.capture.source, 'auto')
  t.equal(config.mqtt.url, 'mqtt://localhost:1883')
  t.equal(config.mqtt.protocol, '5')
  t.same([...origins.keys()], [...CONFIG_KEYS.keys()])
  for (const [key, spec] of CONFIG_KEYS) {
    t.ok(spec.format.accepts(valueAt(config, key)), `the default of ${key} is ${spec.format.allowed}`)
  }
})

t.test('later sources win: file, environment, --set', async (t) => {
  const file = fileWith(t, { mqtt: { keepalive_s: 10, username: 'file' }, log: { level: 'warn' } })
  const { config, origins } = load({
    file,
    env: { AFFECTD_MQTT_USERNAME: 'env', AFFECTD_LOG_LEVEL: 'error', HOME: '/x' },
    set: ['log.level=debug', 'log.level=trace'],
  })
  t.equal(config.mqtt.keepalive_s, 10)
  t.equal(config.mqtt.username, 'env')
  t.equal(config.log.level, 'trace', 'the last --set of a key counts')
  t.same(origins.get('mqtt.keepalive_s'), { kind: 'file', name: file })
  t.same(origins.get('mqtt.username'), { kind: 'environment', name: 'AFFECTD_MQTT_USERNAME' })
  t.same(origins.get('log.level'), { kind: 'set', name: '--set' })
  t.same(origins.get('mqtt.url'), { kind: 'default', name: 'default' })
})

t.test('a remote revision stands between the file and the environment', async (t) => {
  const origin = { kind: 'remote', name: 'revision 7' } as const
  const remote = [
    { key: 'mqtt.keepalive_s', value: 20, origin },
    { key: 'log.level', value: 'debug', origin },
  ]
  const { config, origins } = load({
    file: fileWith(t, { mqtt: { keepalive_s: 10 } }),
    remote,
    env: { AFFECTD_LOG_LEVEL: 'error' },
  })
  t.equal(config.mqtt.keepalive_s, 20)
  t.equal(config.log.level, 'error')
  t.same(origins.get('mqtt.keepalive_s'), origin)
})

t.test('the configuration is frozen to its leaves', async (t) => {
  const { config } = load()
  t.throws(() => Object.assign(config.mqtt, { url: 'x' }), TypeError)
  t.throws(() => Object.assign(config, { mqtt: {} }), TypeError)
})

t.test('an unknown key is refused with where it is and what was probably meant', async (t) => {
  const file = fileWith(t, { mqtt: { ulr: 'mqtt://x' } })
  const fromFile = refusal(() => load({ file }))
  t.equal(fromFile.code, 'CONFIG_UNKNOWN_KEY')
  t.match(fromFile.message, 'mqtt.ulr')
  t.match(fromFile.message, file)
  t.match(fromFile.message, 'did you mean mqtt.url?')
  t.match(
    refusal(() => load({ set: ['mqtt.urls=x'] })),
    { code: 'CONFIG_UNKNOWN_KEY', message: /did you mean mqtt\.url\?/ },
  )
  t.match(refusal(() => load({ set: ['capture.id=x'] })).message, 'did you mean device.id?')
  t.match(refusal(() => load({ file: fileWith(t, { 'mqtt.url': 'mqtt://x' }) })).code, 'CONFIG_UNKNOWN_KEY')
  t.match(
    refusal(() => load({ file: fileWith(t, { quite: { something: 'else' } }) })).message,
    'config schema',
  )
})

t.test('an AFFECTD_ variable that names no key is refused', async (t) => {
  const error = refusal(() => load({ env: { AFFECTD_MQTT_ULR: 'mqtt://x' } }))
  t.equal(error.code, 'CONFIG_UNKNOWN_KEY')
  t.match(error.message, 'did you mean AFFECTD_MQTT_URL?')
})

t.test('a wrong value is refused with the key, the value, what is allowed and its source', async (t) => {
  const error = refusal(() => load({ env: { AFFECTD_MQTT_KEEPALIVE_S: '4' } }))
  t.equal(error.code, 'CONFIG_INVALID_VALUE')
  t.equal(
    error.message,
    'mqtt.keepalive_s is "4" (from AFFECTD_MQTT_KEEPALIVE_S), allowed: an integer from 5 to 3600 s',
  )
  for (const text of ['', ' 30', '30x', '0x1e', 'Infinity', 'NaN', '1e99', '30.5', 'true']) {
    t.equal(
      refusal(() => load({ set: [`mqtt.keepalive_s=${text}`] })).code,
      'CONFIG_INVALID_VALUE',
      JSON.stringify(text),
    )
  }
  for (const value of ['30', null, [30], {}, true, 4, 3601, 30.5, 1e300]) {
    const file = fileWith(t, { mqtt: { keepalive_s: value } })
    t.match(refusal(() => load({ file })).code, /^CONFIG_(INVALID_VALUE|UNKNOWN_KEY)$/, JSON.stringify(value))
  }
})

t.test('a wrong value is refused even where a later source covers it', async (t) => {
  const file = fileWith(t, { mqtt: { keepalive_s: 'often' } })
  t.equal(refusal(() => load({ file, set: ['mqtt.keepalive_s=30'] })).code, 'CONFIG_INVALID_VALUE')
})

t.test('what is not a group of keys is refused without showing it', async (t) => {
  for (const content of [
    '[]',
    '"hunter2"',
    'null',
    '7',
    '{"mqtt":"hunter2"}',
    '{"mqtt":null}',
    '{"mqtt":[]}',
  ]) {
    const error = refusal(() => load({ file: fileWith(t, content) }))
    t.equal(error.code, 'CONFIG_INVALID_VALUE', content)
    t.notMatch(error.message, 'hunter2')
  }
})

t.test('a file that is missing or no JSON is refused without quoting it', async (t) => {
  t.equal(refusal(() => load({ file: '/no/such/file.json' })).code, 'CONFIG_NOT_FOUND')
  t.equal(refusal(() => load({ file: t.testdir({}) })).code, 'CONFIG_NOT_FOUND')
  const error = refusal(() => load({ file: fileWith(t, '{\n  "mqtt": {"password": "hunter2" oops}\n}') }))
  t.equal(error.code, 'CONFIG_BAD_JSON')
  t.notMatch(error.message, 'hunter2')
  t.equal(refusal(() => load({ file: fileWith(t, '') })).code, 'CONFIG_BAD_JSON')
})

t.test('keys that reach for prototypes are refused and change nothing', async (t) => {
  for (const text of [
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"mqtt":{"__proto__":{"url":"mqtt://evil"}}}',
    '{"mqtt":{"constructor":{"prototype":{"polluted":1}}}}',
  ]) {
    t.equal(refusal(() => load({ file: fileWith(t, text) })).code, 'CONFIG_UNKNOWN_KEY', text)
  }
  for (const pair of [
    '__proto__.polluted=1',
    'constructor.prototype.polluted=1',
    'mqtt.__proto__.url=x',
    'toString=1',
  ]) {
    t.equal(refusal(() => load({ set: [pair] })).code, 'CONFIG_UNKNOWN_KEY', pair)
  }
  t.notOk('polluted' in {})
})

t.test('secrets never stand in a message', async (t) => {
  const secret = `hunter2${'\n'}x`
  t.notMatch(refusal(() => load({ set: [`mqtt.password=${secret}`] })).message, 'hunter2')
  t.notMatch(
    refusal(() => load({ file: fileWith(t, { mqtt: { password: { a: 'hunter2' } } }) })).message,
    'hunter2',
  )
  const url = refusal(() => load({ set: ['mqtt.url=http://user:hunter2@host'] }))
  t.equal(url.code, 'CONFIG_INVALID_VALUE')
  t.notMatch(url.message, 'hunter2')
  t.notMatch(refusal(() => load({ set: ['mqtt.url=u:hunter2@host'] })).message, 'hunter2')
  for (const pair of ['mqtt.password:hunter2', 'mqtt.password: hunter2=x', 'mqtt.password hunter2']) {
    const error = refusal(() => load({ set: [pair] }))
    t.match(error, { code: 'CONFIG_INVALID_VALUE', message: 'mqtt.password' }, pair)
    t.notMatch(error.message, 'hunter2')
  }
})

t.test('keys that contradict each other are refused', async (t) => {
  for (const set of [
    ['mqtt.password=a', 'mqtt.password_file=/b'],
    ['mqtt.cert_file=/c'],
    ['mqtt.key_file=/k'],
  ]) {
    t.equal(refusal(() => load({ set })).code, 'CONFIG_CONFLICT', set.join(' '))
  }
  for (const time of ['2026-13-45T00:00:00Z', '2026-02-30T00:00:00Z', '0000-01-01T00:00:00Z']) {
    t.equal(refusal(() => load({ set: [`capture.start_time=${time}`] })).code, 'CONFIG_INVALID_VALUE', time)
  }
})

t.test('a --set without a value is refused', async (t) => {
  t.equal(refusal(() => load({ set: ['mqtt.url'] })).code, 'CONFIG_INVALID_VALUE')
})

t.test(
  'every key has a variable of its own, a doc with a full stop, and paths are never remote',
  async (t) => {
    const variables = [...CONFIG_KEYS.keys()].map(environmentName)
    t.equal(new Set(variables).size, variables.length)
    for (const [key, spec] of CONFIG_KEYS) {
      t.match(spec.doc, /^[A-Z].*\.$|^json/, key)
      if (/(_file|_dir|url|username|password|client_id|model|source)$/.test(key)) t.notOk(spec.remote, key)
    }
  },
)

t.test('whatever a file holds, only an AffectdError escapes', async (t) => {
  const known = fc.constantFrom(
    ...[...CONFIG_KEYS.keys()].flatMap((key) => key.split('.')),
    '__proto__',
    'constructor',
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, fc.jsonValue(), fc.dictionary(fc.oneof(known, fc.string()), tie('tree'))),
  }))
  const dir = t.testdir({})
  const { writeFileSync } = await import('node:fs')
  fc.assert(
    fc.property(
      fc.oneof(
        tree.map((value) => JSON.stringify(value) ?? ''),
        fc.string(),
      ),
      (text) => {
        const file = join(dir, 'fuzz.json')
        writeFileSync(file, text)
        try {
          load({ file })
        } catch (error) {
          if (!(error instanceof AffectdError)) throw error
        }
      },
    ),
    { numRuns: 300 },
  )
})

t.test('whatever is set on the command line, only an AffectdError escapes', async (t) => {
  const key = fc.oneof(fc.constantFrom(...CONFIG_KEYS.keys()), fc.string())
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.string()), { maxLength: 3 }), (pairs) => {
      try {
        load({ set: pairs.map(([name, value]) => `${name}=${value}`) })
      } catch (error) {
        if (!(error instanceof AffectdError)) throw error
      }
    }),
    { numRuns: 300 },
  )
  t.pass()
})
