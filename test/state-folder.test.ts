import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { encodeFatigue } from '../src/affect/fatigue/fatigue-format.js'
import { Tally } from '../src/affect/summary/tally.js'
import { encodeTally } from '../src/affect/summary/tally-format.js'
import { runCommand } from '../src/cli/run.js'
import { CONFIG_VERSION } from '../src/config/migrations/config-version.js'
import { initialState } from '../src/config/remote/revisions.js'
import { encodeState } from '../src/config/remote/state-format.js'
import { encodeBaseline } from '../src/features/baseline-format.js'
import { createFeatureStatistics } from '../src/features/feature-statistics.js'
import { ListenSwitch } from '../src/listen-switch.js'
import { encodeDeliveryState, RELEASED_ONLY } from '../src/delivery/delivery-state.js'
import { encodeRunRecord } from '../src/ops/run-record.js'
import { StateFile } from '../src/ops/state-file.js'
import { hasSchema, newerSchema, SCHEMA_PEEK_BYTES, STATE_VERSION } from '../src/ops/state-version.js'
import { encodeEvent } from '../src/publish/event-record.js'
import { OutboxRegister } from '../src/publish/outbox-register.js'
import { encodeRaisedAlerts } from '../src/publish/raised-alerts.js'
import { StateFolder } from '../src/state-folder.js'
import { FakeClock } from './support/fake-clock.js'
import { memoryIo } from './support/memory-io.js'
import { recordingLogger } from './support/recording-logger.js'

/** Every file in the state folder that has a schema, as this build writes it. */
function written(folder: string): Readonly<Record<string, string>> {
  const [clock, log] = [new FakeClock(), recordingLogger()]
  new ListenSwitch(new StateFile(folder, 'listening.json'), clock, log).hold('request', true)
  new OutboxRegister(new StateFile(folder, 'outbox.json'), clock).save()
  const statistics = createFeatureStatistics(40)
  statistics.frames = 1
  const files = {
    'baseline.json': encodeBaseline(statistics, { featureParamsHash: 'ab'.repeat(32), nCoefficients: 40 }),
    'fatigue.json': encodeFatigue({ blocks: [], pending: [] }, 'default'),
    'fatigue-anna.json': encodeFatigue({ blocks: [], pending: [] }, 'anna'),
    'alerts.json': encodeRaisedAlerts([]),
    'summary.json': encodeTally({ kind: 'day', startMs: 0, lastMs: 0, counts: new Tally().counts }),
    'remote-config.json': encodeState(initialState('')),
    'models.json': encodeDeliveryState(RELEASED_ONLY),
    'run.json': encodeRunRecord({
      bootId: 'b',
      version: '0.1.0',
      machineBoot: 'm',
      startedMs: 0,
      machineUptimeS: 0,
      clean: true,
      error: null,
      crashes: 0,
      pauses: 0,
    }),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  )
}

/** Every file below a folder with its bytes and when it was changed. */
function snapshot(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name)
      const { mtimeMs, ino } = statSync(path)
      return [name, statSync(path).isFile() ? `${readFileSync(path, 'hex')} ${mtimeMs} ${ino}` : 'folder']
    }),
  )
}

/** `affectd run` on that folder, told to stop at once. */
function run(folder: string): Promise<number> {
  const set = [`device.state_dir=${folder}`, 'mqtt.url=mqtt://127.0.0.1:1', 'capture.source=stdin']
  return runCommand(
    set.flatMap((pair) => ['--set', pair]),
    memoryIo(),
    AbortSignal.abort(),
  )
}

t.test('a folder is marked once, and again only by another version', async (t) => {
  const folder = join(t.testdir(), 'state')
  const open = (affectd: string): void => {
    const state = new StateFolder(folder, recordingLogger())
    state.check()
    state.claim(affectd)
  }
  open('0.1.0')
  const path = join(folder, 'state-version.json')
  t.equal(readFileSync(path, 'utf8'), `{"state_version":${STATE_VERSION},"affectd":"0.1.0"}\n`)
  const before = snapshot(folder)
  open('0.1.0')
  t.same(snapshot(folder), before)
  open('0.2.0')
  t.match(readFileSync(path, 'utf8'), '"affectd":"0.2.0"')
})

t.test('an older folder is brought forward, one step after another', async (t) => {
  const folder = t.testdir({ 'state-version.json': '{"state_version":1,"affectd":"0.1.0"}' })
  const steps: string[] = []
  const state = new StateFolder(folder, recordingLogger())
  state.check()
  state.claim(
    '0.3.0',
    ['0 to 1', '1 to 2', '2 to 3'].map((step) => () => void steps.push(step)),
  )
  t.same(steps, ['1 to 2', '2 to 3'])
  t.match(readFileSync(join(folder, 'state-version.json'), 'utf8'), '{"state_version":3,"affectd":"0.3.0"}')
})

t.test('a folder that a newer affectd has marked is refused, and left to the byte as it was', async (t) => {
  const folder = t.testdir({ outbox: { CURRENT: 'MANIFEST-000009\n', '000010.log': 'events' } })
  written(folder)
  writeFileSync(
    join(folder, 'state-version.json'),
    `{"state_version":${STATE_VERSION + 1},"affectd":"9.0.0","more":{}}`,
  )
  writeFileSync(join(folder, 'last-exit'), 'watchdog killed ABRT\n')
  const before = snapshot(folder)
  await t.rejects(run(folder), { code: 'STATE_TOO_NEW', exitCode: 78, message: /affectd 9\.0\.0/ })
  t.same(snapshot(folder), before)
})

t.test(
  'a file of a newer schema is refused, and left as it was, whether or not the folder is marked',
  async (t) => {
    const folder = t.testdir()
    const files = written(folder)
    t.ok(Object.keys(files).every(hasSchema))
    for (const [name, text] of Object.entries(files)) {
      const here = t.testdir({})
      const newer = text.replace(/\/(\d+)"/, (_, version) => `/${Number(version) + 1}"`)
      writeFileSync(join(here, name), newer)
      const before = snapshot(here)
      t.throws(
        () => new StateFolder(here, recordingLogger()).check(),
        { code: 'STATE_TOO_NEW', message: name },
        name,
      )
      t.same(snapshot(here), before)
    }
  },
)

t.test(
  'what this build writes is what it says to know: another schema wants another STATE_VERSION',
  async (t) => {
    const files = written(t.testdir())
    const schemas = Object.entries(files).map(([name, text]) => {
      const start = Buffer.from(text).subarray(0, SCHEMA_PEEK_BYTES)
      t.equal(newerSchema(name, start), undefined)
      return /^\{"schema":"([^"]+)"/.exec(text)?.[1]
    })
    const message = { topic: 't', payload: '', qos: 1, retain: false, kind: 'event' } as const
    const { value } = encodeEvent({ message, stampMs: 0 })
    t.same(
      { version: STATE_VERSION, event: JSON.parse(value.slice(16)) as unknown, schemas: schemas.sort() },
      {
        version: 1,
        event: { v: 1, at: 0, topic: 't', payload: '', qos: 1, retain: false },
        schemas: [
          'affectd.baseline/1',
          'affectd.fatigue/1',
          'affectd.fatigue/1',
          'affectd.listening/2',
          'affectd.models/1',
          'affectd.outbox/1',
          'affectd.raised_alerts/1',
          'affectd.remote_config/1',
          'affectd.run/1',
          'affectd.tally/1',
        ],
      },
    )
  },
)

t.test('what is damaged is not taken for newer', async (t) => {
  const folder = t.testdir()
  const text = fc.oneof(fc.string(), fc.json(), fc.constant('{"schema":"affectd.other/99"}'))
  fc.assert(
    fc.property(text, text, (mark, file) => {
      writeFileSync(join(folder, 'state-version.json'), mark)
      writeFileSync(join(folder, 'baseline.json'), file)
      new StateFolder(folder, recordingLogger()).check()
    }),
    { numRuns: 50 },
  )
  mkdirSync(join(folder, 'alerts.json'))
  t.doesNotThrow(() => new StateFolder(folder, recordingLogger()).check())
})

t.test('remote configuration that a newer affectd has kept is not given up', async (t) => {
  const patch = { config_version: CONFIG_VERSION + 1, affect: { min_confidence: 0.5 } }
  const kept = { device: { revision: 3, patch }, group: null }
  const folder = t.testdir({
    'remote-config.json': encodeState({ ...initialState(''), inForce: kept, confirmed: kept }),
  })
  const path = join(folder, 'remote-config.json')
  const before = readFileSync(path, 'utf8')
  await t.rejects(run(folder), { code: 'CONFIG_TOO_NEW', exitCode: 78 })
  t.equal(readFileSync(path, 'utf8'), before)
  t.match(readFileSync(join(folder, 'run.json'), 'utf8'), '"code":"CONFIG_TOO_NEW"')
})
