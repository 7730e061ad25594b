import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { CONFIG_KEYS, valueAt } from '../../../src/config/config.js'
import type { ConfigSources } from '../../../src/config/load-config.js'
import { changedKeys } from '../../../src/config/remote/changed-keys.js'
import { parseDesired } from '../../../src/config/remote/desired.js'
import { mergedOverlay } from '../../../src/config/remote/merge-patch.js'
import { loadWithOverlay } from '../../../src/config/remote/overlay.js'
import { ConfigError } from '../../../src/errors.js'
import { arbitraryValues, patchOf, type Values } from '../../support/arbitrary-patch.js'

const MACHINE = { hostname: 'bus', homeDir: '/home/x', isRoot: false, env: {} }
const LOCAL: ConfigSources = {
  env: { AFFECTD_LOG_LEVEL: 'warn' },
  set: ['health.interval_s=30'],
  machine: MACHINE,
}

function load(device: object | null, group: object | null = null) {
  const revision = (patch: object | null) => (patch === null ? null : { revision: 3, patch: { ...patch } })
  return loadWithOverlay(LOCAL, { device: revision(device), group: revision(group) })
}

t.test('a patch lies over the local configuration, the device’s over its group’s', async (t) => {
  const { config, origins } = load(
    { affect: { min_confidence: 0.5 } },
    { affect: { min_confidence: 0.1, min_snr_db: 3 } },
  )
  t.equal(config.affect.min_confidence, 0.5)
  t.equal(config.affect.min_snr_db, 3)
  t.match(origins.get('affect.min_confidence'), { kind: 'remote', name: 'revision 3 over group revision 3' })
  t.equal(config.log.level, 'warn', 'what is not named stays')
})

t.test('null returns a key to its local value, whatever the group says', async (t) => {
  const local = load(null).config.affect
  t.equal(
    load({ affect: { min_snr_db: null } }, { affect: { min_snr_db: 3 } }).config.affect.min_snr_db,
    local.min_snr_db,
  )
  t.same(load({ affect: null }, { affect: { min_snr_db: 3 } }).config.affect, local)
  t.same(load({}, {}).config, load(null).config)
})

t.test(
  'what may not be set from afar is refused, also as null and also under the other’s cover',
  async (t) => {
    for (const [patch, code] of [
      [{ mqtt: { url: 'mqtt://evil' } }, 'CONFIG_NOT_REMOTE'],
      [{ mqtt: { url: null } }, 'CONFIG_NOT_REMOTE'],
      [{ mqtt: { password: 'x' } }, 'CONFIG_NOT_REMOTE'],
      [{ mqtt: { ca_file: '/x' } }, 'CONFIG_NOT_REMOTE'],
      [{ device: { remote_key_file: '' } }, 'CONFIG_NOT_REMOTE'],
      [{ device: { remote_config: 'on' } }, 'CONFIG_NOT_REMOTE'],
      [{ device: { trial_s: 5 } }, 'CONFIG_NOT_REMOTE'],
      [{ device: null }, 'CONFIG_NOT_REMOTE'],
      [{ capture: { source: 'stdin' } }, 'CONFIG_NOT_REMOTE'],
      [{ classify: { model: '/x' } }, 'CONFIG_NOT_REMOTE'],
      [{ gate: { vad_model: '/x' } }, 'CONFIG_NOT_REMOTE'],
      [{ log: { level: 'debug' } }, 'CONFIG_PINNED'],
      [{ log: { level: null } }, 'CONFIG_PINNED'],
      [{ health: { interval_s: 5 } }, 'CONFIG_PINNED'],
      [{ affect: { min_confidenze: 0.5 } }, 'CONFIG_UNKNOWN_KEY'],
      [{ nothing: null }, 'CONFIG_UNKNOWN_KEY'],
      [{ affect: { min_confidence: 7 } }, 'CONFIG_INVALID_VALUE'],
      [{ affect: 7 }, 'CONFIG_INVALID_VALUE'],
      [{ gate: { window_ms: 500, window_hop_ms: 2000 } }, 'CONFIG_CONFLICT'],
      [{ capture: { device: "x'y" } }, 'CONFIG_INVALID_VALUE'],
    ] as const) {
      t.throws(() => load(patch), { code }, JSON.stringify(patch))
      t.throws(() => load({}, patch), { code }, `${JSON.stringify(patch)} of a group`)
    }
    t.throws(() => load({ mqtt: null, affect: null }, { mqtt: { url: 'mqtt://evil' } }), {
      code: 'CONFIG_NOT_REMOTE',
    })
  },
)

t.test('no key that is secret, a path, an address or of the allow-list itself is remote', async (t) => {
  const remote = [...CONFIG_KEYS].filter(([, spec]) => spec.remote)
  t.ok(remote.length > 20)
  for (const [key, spec] of remote) {
    t.notOk(spec.sensitive === true || spec.holdsCredentials === true, key)
    t.notMatch(
      key,
      /^device\.|_file$|_dir$|(^|\.)(url|username|password|client_id|source|prefix|model|vad_model)$/,
      key,
    )
  }
})

t.test('names of a stranger’s choosing pollute nothing', async (t) => {
  const patch = JSON.parse(
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  ) as object
  const merged = mergedOverlay(
    { ...patch },
    JSON.parse('{"__proto__":{"polluted":2}}') as Record<string, unknown>,
  )
  t.equal((merged as { polluted?: unknown }).polluted, undefined)
  t.equal(({} as { polluted?: unknown }).polluted, undefined)
  t.throws(() => loadWithOverlay(LOCAL, { device: { revision: 1, patch: patch as never }, group: null }), {
    code: 'CONFIG_UNKNOWN_KEY',
  })
})

t.test('values that their keys accept are taken, of the device over those of its group', async (t) => {
  const { config: before } = load(null)
  // Pinned, or with tests of their own: rules are merged, privacy may only be made stricter.
  const isSpared = (key: string): boolean =>
    ['log.level', 'health.interval_s', 'alerts.rules'].includes(key) || key.startsWith('privacy.')
  const scope = fc.option(arbitraryValues(isSpared, 3))
  const refused = new Map<string, number>()
  let taken = 0
  fc.assert(
    fc.property(scope, scope, (device, group) => {
      const wanted = new Map([...(group ?? []), ...(device ?? [])])
      let config
      try {
        config = load(device && received(device), group && received(group)).config
      } catch (error) {
        const code = error instanceof ConfigError ? error.code : String(error)
        refused.set(code, (refused.get(code) ?? 0) + 1)
        return true
      }
      taken += 1
      return [...CONFIG_KEYS.keys()].every((key) =>
        isDeepStrictEqual(valueAt(config, key), wanted.has(key) ? wanted.get(key) : valueAt(before, key)),
      )
    }),
    { numRuns: 400 },
  )
  t.ok(taken > 200, `${taken} of 400 are taken`)
  t.strictSame([...refused.keys()], ['CONFIG_CONFLICT'], 'the others are at odds with each other')
})

t.test(
  'whatever is desired, only a ConfigError escapes, and what is taken changes remote keys only',
  async () => {
    const keys = [...CONFIG_KEYS.keys()]
    const nested = fc
      .tuple(fc.constantFrom(...keys), fc.oneof(fc.jsonValue(), fc.integer(), fc.constant(null)))
      .map(([key, value]) => patchOf(new Map([[key, value]])))
    const mixed = fc
      .tuple(
        arbitraryValues(() => false, 3),
        fc.constantFrom(...keys),
        fc.jsonValue(),
      )
      .map(([values, key, value]) => patchOf(new Map([...values, [key, value]])))
    const payload = fc
      .record({
        revision: fc.oneof(fc.nat(), fc.jsonValue()),
        patch: fc.oneof(nested, mixed, fc.jsonValue()),
      })
      .map((desired) => Buffer.from(JSON.stringify(desired)))
    const { config: before } = load(null)
    fc.assert(
      fc.property(fc.oneof(payload, fc.uint8Array()), fc.boolean(), (bytes, isGroup) => {
        try {
          const { patch } = parseDesired(bytes)
          const { config } = isGroup ? load(null, patch) : load(patch)
          return [...CONFIG_KEYS].every(
            ([key, spec]) => spec.remote || isDeepStrictEqual(valueAt(config, key), valueAt(before, key)),
          )
        } catch (error) {
          return error instanceof ConfigError
        }
      }),
      { numRuns: 400 },
    )
  },
)

/** A patch that sets them, as it comes. */
function received(values: Values): object {
  return parseDesired(Buffer.from(JSON.stringify({ revision: 3, patch: patchOf(values) }))).patch
}

t.test('privacy can be made stricter from afar, never looser than the device itself is', async (t) => {
  t.equal(load({ privacy: { mode: 'aggregate' } }).config.privacy.mode, 'aggregate')
  const folder = t.testdir({ 'c.json': '{"privacy":{"mode":"alerts-only","aggregate_minutes":30}}' })
  const local: ConfigSources = { env: {}, machine: MACHINE, file: `${folder}/c.json` }
  const device = (patch: object) =>
    loadWithOverlay(local, { device: { revision: 1, patch: { ...patch } }, group: null })
  t.equal(device({ privacy: { mode: 'off' } }).config.privacy.mode, 'off')
  t.throws(() => device({ privacy: { mode: 'full' } }), { code: 'CONFIG_PRIVACY_LOOSENED' })
  t.throws(() => device({ privacy: { aggregate_minutes: 15 } }), { code: 'CONFIG_PRIVACY_LOOSENED' })
  t.throws(() => device({ privacy: { mute_file: '' } }), { code: 'CONFIG_NOT_REMOTE' })
})

t.test(
  'rules come whole; the group’s and the device’s are merged, and null takes one of the group’s out',
  async (t) => {
    const rule = { score: 'sad', enter: 0.5 }
    const merged = load(
      { alerts: { rules: { a: null, b: rule } } },
      { alerts: { rules: { a: rule, c: rule } } },
    )
    t.same(merged.config.alerts.rules, { c: rule, b: rule })
    const again = load(
      { alerts: { rules: { a: null, b: rule } } },
      { alerts: { rules: { a: rule, c: rule } } },
    )
    t.same(changedKeys(merged.config, again.config), [], 'the same rules are no change')
    for (const bad of [
      { a: {} },
      { anger: rule },
      { 'a/b': rule },
      { a: { ...rule, hits: 9, of: 3 } },
      { a: { ...rule, exit: 0.9 } },
    ])
      t.throws(
        () => load({ alerts: { rules: bad } }),
        { code: /CONFIG_(INVALID_VALUE|CONFLICT)/ },
        JSON.stringify(bad),
      )
  },
)
