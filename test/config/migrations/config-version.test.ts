import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import t from 'tap'
import { CONFIG_KEYS } from '../../../src/config/config.js'
import { loadConfig } from '../../../src/config/load-config.js'
import {
  CONFIG_VERSION,
  currentTree,
  outdatedText,
  type Outdated,
} from '../../../src/config/migrations/config-version.js'
import { migrate, type Migration } from '../../../src/config/migrations/migration.js'
import { loadWithOverlay } from '../../../src/config/remote/overlay.js'
import { ConfigError } from '../../../src/errors.js'

const ORIGIN = { kind: 'file', name: 'affectd.json' } as const
const fixture = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
/** Two versions that never were. */
const MADE_UP: readonly Migration[] = [
  { renamed: { 'capture.mic': 'capture.device', 'audio.gain': 'capture.gain_db' }, removed: {} },
  { renamed: { 'capture.device': 'capture.input' }, removed: { 'log.colour': 'the terminal decides' } },
]

function made(tree: unknown): { tree: unknown; outdated: Outdated } {
  return currentTree(tree, ORIGIN, MADE_UP)
}

t.test('a file of every earlier version still loads, with every key that it sets', async (t) => {
  const names = Array.from({ length: CONFIG_VERSION }, (_, i) => `v${i + 1}.json`)
  t.same(
    readdirSync(fixture('.'))
      .filter((name) => name.endsWith('.json'))
      .sort(),
    names,
    'one fixture a version',
  )
  for (const name of names) {
    const { origins, outdated } = loadConfig({ file: fixture(name), env: {} })
    t.same(outdated, [], `${name}: nothing was renamed so far`)
    const set = [...origins].filter(([, { kind }]) => kind === 'file').length
    t.ok(set >= 112, `${name}: ${set} keys`)
  }
  t.ok(
    loadConfig({ env: {} }).origins.size >= CONFIG_KEYS.size,
    'and so does the shipped config/default.json',
  )
})

t.test('a kept or desired patch of every earlier version is taken, each by its own', async (t) => {
  const loaded = loadWithOverlay(
    { env: {} },
    {
      group: { revision: 1, patch: { log: { level: 'warn' } } },
      device: { revision: 2, patch: { config_version: CONFIG_VERSION, affect: { min_confidence: 0.5 } } },
    },
  )
  t.equal(loaded.config.log.level, 'warn')
  t.equal(loaded.config.affect.min_confidence, 0.5)
  const newer = { revision: 1, patch: { config_version: CONFIG_VERSION + 1 } }
  for (const overlay of [
    { group: newer, device: null },
    { group: null, device: newer },
  ]) {
    t.throws(() => loadWithOverlay({ env: {} }, overlay), { code: 'CONFIG_TOO_NEW', exitCode: 78 })
  }
})

t.test('keys move from version to version, and what was done is said', async (t) => {
  const { tree, outdated } = made({
    capture: { mic: 'usb', source: 'auto' },
    audio: { gain: 3 },
    log: { colour: 'no' },
  })
  t.same(
    tree,
    { capture: { input: 'usb', source: 'auto', gain_db: 3 } },
    'groups that are empty then are gone',
  )
  t.equal(outdated.version, 1)
  t.match(
    outdatedText(outdated),
    /^affectd.json is of version 1 .*capture.mic is now capture.device; .*log.colour is gone: the terminal decides; .*config migrate affectd.json --in-place$/,
  )
  t.match(outdatedText({ ...outdated, origin: { kind: 'remote', name: 'revision 7' } }), /send it anew/)
})

t.test('a file of a version starts there, and one of this version is left alone', async (t) => {
  const old = { capture: { mic: 'usb' } }
  t.same(made({ config_version: 2, ...old }).tree, old, 'an older name in it is refused later')
  t.same(made({ config_version: 2, capture: { device: 'usb' } }).tree, { capture: { input: 'usb' } })
  t.same(made({ config_version: 3, capture: { device: 'usb' } }).tree, { capture: { device: 'usb' } })
  t.equal(outdatedText(made({ config_version: 3 }).outdated), undefined)
})

t.test('where both names stand the new one counts, and that is said', async (t) => {
  const { tree, outdated } = made({ capture: { device: 'new', mic: 'old' } })
  t.same(tree, { capture: { input: 'new' } })
  t.match(outdated.changes, ['capture.mic is left out, for capture.device is set'])
})

t.test(
  'null in a patch moves with its key, and null for a group returns what has left it, too',
  async (t) => {
    t.same(made({ capture: { mic: null } }).tree, { capture: { input: null } })
    t.same(made({ audio: null }).tree, { audio: null, capture: { gain_db: null } })
    t.same(made({ capture: null }).tree, { capture: null })
  },
)

t.test('a newer version is refused, and so is what is no version', async (t) => {
  t.throws(() => made({ config_version: 4 }), {
    code: 'CONFIG_TOO_NEW',
    exitCode: 78,
    message: /affectd.json is written for version 4 .* knows up to 3/,
  })
  for (const version of [0, -1, 1.5, '2', null, true, 2 ** 60]) {
    t.throws(() => made({ config_version: version }), { code: 'CONFIG_INVALID_VALUE' }, String(version))
  }
})

t.test(
  'whatever a tree is, it is migrated or refused with a code, and what no migration names stays',
  async () => {
    const names = fc.constantFrom(
      'capture',
      'mic',
      'device',
      'audio',
      'gain',
      '__proto__',
      'constructor',
      'config_version',
    )
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(fc.tuple(names, tie('tree'))).map((entries): unknown => JSON.parse(jsonObject(entries))),
      ),
    }))
    fc.assert(
      fc.property(tree, (one) => {
        try {
          made(one)
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error
        }
      }),
    )
    const others = fc.dictionary(fc.constantFrom('x', 'y', 'toString'), fc.jsonValue({ maxDepth: 2 }))
    fc.assert(
      fc.property(others, (one) => {
        t.same(migrate(one, MADE_UP[0]), { tree: one, changes: [] })
      }),
      { numRuns: 30 },
    )
  },
)

/** By text: `__proto__` becomes a name as in a file. */
function jsonObject(entries: readonly (readonly [string, unknown])[]): string {
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value ?? null)}`).join(',')}}`
}

t.test('the fixture of this version says so', async (t) => {
  const newest = JSON.parse(readFileSync(fixture(`v${CONFIG_VERSION}.json`), 'utf8')) as Record<
    string,
    unknown
  >
  t.equal(newest['config_version'], CONFIG_VERSION)
})
