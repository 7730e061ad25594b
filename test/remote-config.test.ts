import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { ConfigSources } from '../src/config/load-config.js'
import { signedText } from '../src/config/remote/signed-text.js'
import type { Vitals } from '../src/config/remote/trial.js'
import { ConfigError } from '../src/errors.js'
import { StateFile } from '../src/ops/state-file.js'
import { RemoteConfig, type RemoteConfigOptions } from '../src/remote-config.js'
import { RemoteStore } from '../src/remote-store.js'
import { FakeClock } from './support/fake-clock.js'
import { recordingLogger } from './support/recording-logger.js'

const HOT = { affect: { min_confidence: 0.5 } }
const COLD = { gate: { hangover_ms: 900 } }
const BROKER = { mqtt: { keepalive_s: 10 } }

class Rig {
  readonly clock = new FakeClock()
  readonly log = recordingLogger()
  readonly did: string[] = []
  reports = 0
  vitals: (remote: RemoteConfig) => Vitals = () => ({ capture: true, broker: true })
  remote!: RemoteConfig

  constructor(
    readonly folder: string,
    private readonly part: Partial<RemoteConfigOptions> & { group?: string; machineBoot?: string } = {},
  ) {
    this.start()
  }

  /** The process begins, again. */
  start(machineBoot = this.part.machineBoot ?? 'boot-1'): this {
    const { group = '', ...part } = this.part
    const local: ConfigSources = {
      env: {},
      set: ['device.id=d', `device.group=${group}`, 'device.trial_s=20', `device.state_dir=${this.folder}`],
    }
    const { clock, log } = this
    const file = new StateFile(this.folder, 'remote-config.json')
    const store = new RemoteStore({ file, log, machineBoot })
    this.remote = new RemoteConfig({
      local,
      store,
      check: () => Promise.resolve(),
      key: undefined,
      clock,
      log,
      ...part,
    })
    this.remote.onReport(() => this.reports++)
    this.attach()
    return this
  }

  attach(): void {
    const { remote } = this
    remote.attach(remote.loaded, {
      vitals: () => this.vitals(remote),
      reconfigure: ({ affect }) => this.did.push(`hot ${affect.min_confidence}`),
      // The agent is built anew at once.
      restart: () => {
        this.did.push('restart')
        queueMicrotask(() => this.attach())
      },
    })
  }

  /** A message, dealt with. */
  async send(desired: object | string, scope: 'device' | 'group' = 'device'): Promise<void> {
    this.clock.advance(1000)
    const text = typeof desired === 'string' ? desired : JSON.stringify(desired)
    this.remote.receive(scope, Buffer.from(text))
    await settled()
  }

  async pass(seconds: number): Promise<void> {
    for (let n = 0; n < seconds; n++) {
      this.clock.advance(1000)
      await settled()
    }
  }
}

async function settled(): Promise<void> {
  for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve))
}

t.test('a revision is applied at once, confirmed after its trial, and survives a restart', async (t) => {
  const rig = new Rig(t.testdir())
  await rig.send({ revision: 1, patch: HOT })
  t.match(rig.remote.report, {
    device: { revision: 1, status: 'applied', error: null },
    group: null,
    isConfirmed: false,
    trialUntilMs: rig.clock.nowMs() + 20_000,
    effective: HOT,
  })
  t.same(rig.did, ['hot 0.5'], 'without a restart')
  await rig.pass(21)
  t.match(rig.remote.report, { isConfirmed: true, trialUntilMs: null })
  t.equal(rig.reports, 2)
  rig.start()
  t.match(rig.remote.report, {
    device: { revision: 1, status: 'applied' },
    isConfirmed: true,
    effective: HOT,
  })
  t.equal(rig.remote.revision, 1)
})

t.test('what cannot be hot restarts the agent', async (t) => {
  const rig = new Rig(t.testdir())
  await rig.send({ revision: 1, patch: COLD })
  t.same(rig.did, ['restart'])
  t.equal(rig.remote.loaded.config.gate.hangover_ms, 900)
})

t.test('a patch is the whole overlay: what it does not name is local again', async (t) => {
  const rig = new Rig(t.testdir())
  await rig.send({ revision: 1, patch: HOT })
  await rig.send({ revision: 2, patch: {} })
  t.not(rig.remote.loaded.config.affect.min_confidence, 0.5)
  t.match(
    rig.remote.report,
    { device: { revision: 2, status: 'applied' }, isConfirmed: true },
    'nothing to try',
  )
})

t.test('a revision that is wrong is rejected, remembered and changes nothing', async (t) => {
  const rig = new Rig(t.testdir())
  await rig.send({ revision: 1, patch: HOT })
  await rig.pass(21)
  await rig.send({ revision: 2, patch: { mqtt: { url: 'mqtt://evil' } } })
  const rejected = {
    device: { revision: 2, status: 'rejected', error: { code: 'CONFIG_NOT_REMOTE' } },
    effective: HOT,
    isConfirmed: true,
  }
  t.match(rig.remote.report, rejected)
  rig.start()
  t.match(rig.remote.report, rejected, 'after a restart too')
  const { reports } = rig
  await rig.send({ revision: 2, patch: { mqtt: { url: 'mqtt://evil' } } })
  t.equal(rig.reports, reports, 'the retained message that comes back is not tried again')
})

t.test('what is no revision, old or too large is refused and moves nothing', async (t) => {
  const rig = new Rig(t.testdir())
  await rig.send({ revision: 5, patch: HOT })
  for (const [desired, code, revision] of [
    [{ revision: 4, patch: {} }, 'CONFIG_REVISION_STALE', 4],
    [{ revision: 5, patch: {} }, 'CONFIG_REVISION_STALE', 5],
    [{ revision: 0, patch: {} }, 'CONFIG_DESIRED_MALFORMED', null],
    [{ revision: 6.5, patch: {} }, 'CONFIG_DESIRED_MALFORMED', null],
    [{ revision: 6 }, 'CONFIG_DESIRED_MALFORMED', null],
    [{ revision: 6, patch: [] }, 'CONFIG_DESIRED_MALFORMED', null],
    [{ revision: 6, patch: {}, more: 1 }, 'CONFIG_DESIRED_MALFORMED', null],
    ['{', 'CONFIG_DESIRED_MALFORMED', null],
    [`{"revision":6,"patch":${'{"a":'.repeat(50)}1${'}'.repeat(50)}}`, 'CONFIG_DESIRED_MALFORMED', null],
    [`{"revision":6,"patch":{"a":"${'x'.repeat(70_000)}"}}`, 'CONFIG_DESIRED_MALFORMED', null],
    ['{"revision":6,"patch":{"a":1e999}}', 'CONFIG_INVALID_VALUE', 6],
  ] as const) {
    await rig.send(desired)
    t.match(
      rig.remote.report,
      { device: { revision: 5, status: 'applied' }, refused: { scope: 'device', revision, error: { code } } },
      code,
    )
  }
  t.same(rig.did, ['hot 0.5'])
  await rig.send({ revision: 6, patch: {} })
  t.equal(rig.remote.report.refused, null, 'a good one takes the place of what was refused')
  await rig.send('')
  t.equal(rig.remote.report.refused, null, 'a retained message that is cleared says nothing')
})

t.test('a revision under which the broker cannot be reached is rolled back by itself', async (t) => {
  const rig = new Rig(t.testdir())
  rig.vitals = ({ loaded }) => ({ capture: true, broker: loaded.config.mqtt.keepalive_s !== 10 })
  await rig.send({ revision: 1, patch: BROKER })
  await rig.pass(30)
  t.match(rig.remote.report, {
    device: { revision: 1, status: 'rolled_back', error: { code: 'CONFIG_ROLLED_BACK_BROKER' } },
    isConfirmed: true,
  })
  t.not(rig.remote.loaded.config.mqtt.keepalive_s, 10)
  t.same(rig.did, ['restart', 'restart', 'restart', 'restart'], 'new, old, new once more, old')
  t.equal(rig.clock.timers, 0)
  rig.start()
  await rig.send({ revision: 1, patch: BROKER })
  t.match(rig.remote.report.device, { revision: 1, status: 'rolled_back' }, 'and is not tried again')
})

t.test('a broker that is away under both configurations rolls nothing back', async (t) => {
  const rig = new Rig(t.testdir())
  let isThere = false
  rig.vitals = () => ({ capture: true, broker: isThere })
  await rig.send({ revision: 1, patch: BROKER })
  await rig.pass(60)
  isThere = true
  await rig.pass(60)
  t.match(rig.remote.report, { device: { status: 'applied' }, isConfirmed: true })
  t.equal(rig.remote.loaded.config.mqtt.keepalive_s, 10)
})

t.test('an outage does not touch a revision that has nothing to do with it', async (t) => {
  const rig = new Rig(t.testdir())
  rig.vitals = () => ({ capture: false, broker: false })
  await rig.send({ revision: 1, patch: COLD })
  await rig.pass(21)
  t.match(rig.remote.report, { device: { status: 'applied' }, isConfirmed: true })
  t.same(rig.did, ['restart'])
})

t.test('a process that dies in a trial comes back with the old configuration', async (t) => {
  const rig = new Rig(t.testdir())
  await rig.send({ revision: 1, patch: HOT })
  await rig.pass(21)
  await rig.send({ revision: 2, patch: { ...HOT, ...COLD } })
  await rig.pass(5)
  rig.start()
  t.match(rig.remote.report, {
    device: { revision: 2, status: 'rolled_back', error: { code: 'CONFIG_ROLLED_BACK_CRASH' } },
    effective: HOT,
  })
  t.not(rig.remote.loaded.config.gate.hangover_ms, 900)
})

t.test('a stop and a reboot are no crash: the trial goes on; three reboots are', async (t) => {
  const rig = new Rig(t.testdir())
  await rig.send({ revision: 1, patch: COLD })
  await rig.pass(5)
  rig.remote.close()
  rig.start()
  t.match(rig.remote.report, { device: { status: 'applied' }, isConfirmed: false })
  t.equal(rig.remote.report.trialUntilMs, rig.clock.nowMs() + 15_000, 'from where it was')
  rig.start('boot-2').start('boot-3')
  t.match(rig.remote.report, { device: { status: 'applied' }, isConfirmed: false })
  rig.start('boot-4')
  t.match(rig.remote.report.device, { status: 'rolled_back', error: { code: 'CONFIG_ROLLED_BACK_CRASH' } })
})

t.test('an agent that fails with a revision is built from the old one, and for nothing else', async (t) => {
  const rig = new Rig(t.testdir())
  t.equal(rig.remote.failed(new Error('local')), false, 'no revision is to blame')
  await rig.send({ revision: 1, patch: COLD })
  t.equal(rig.remote.failed(new ConfigError('CONFIG_X', 'bad')), true)
  t.match(rig.remote.report.device, { status: 'rolled_back', error: { code: 'CONFIG_ROLLED_BACK_START' } })
  t.not(rig.remote.loaded.config.gate.hangover_ms, 900)
  t.equal(rig.remote.failed(new Error('local')), false)
})

t.test('who asks gets the configuration before, once', async (t) => {
  const rig = new Rig(t.testdir())
  t.throws(() => rig.remote.rollBack(), { code: 'CONFIG_NOTHING_TO_ROLL_BACK' })
  await rig.send({ revision: 1, patch: HOT })
  await rig.pass(21)
  await rig.send({ revision: 2, patch: { affect: { min_confidence: 0.6 } } })
  await rig.pass(21)
  t.equal(rig.remote.rollBack(), 1)
  t.match(rig.remote.report, {
    device: { revision: 2, status: 'rolled_back', error: { code: 'CONFIG_ROLLED_BACK_REQUEST' } },
    effective: HOT,
    isConfirmed: true,
  })
  t.throws(() => rig.remote.rollBack(), { code: 'CONFIG_NOTHING_TO_ROLL_BACK' })
  await rig.send({ revision: 3, patch: COLD })
  t.equal(rig.remote.rollBack(), 1, 'in a trial to what was confirmed')
})

t.test('a group’s revision lies under the device’s; another group’s is forgotten', async (t) => {
  const folder = t.testdir()
  const rig = new Rig(folder, { group: 'buses' })
  t.match(rig.remote.report.group, { name: 'buses', revision: 0, status: 'applied' })
  await rig.send({ revision: 9, patch: { affect: { min_confidence: 0.2, min_snr_db: 2 } } }, 'group')
  await rig.send({ revision: 1, patch: HOT })
  t.match(rig.remote.report, {
    device: { revision: 1 },
    group: { revision: 9, status: 'applied' },
    effective: { affect: { min_confidence: 0.5, min_snr_db: 2 } },
  })
  await rig.pass(21)
  await rig.send({ revision: 10, patch: BROKER }, 'group')
  rig.vitals = ({ loaded }) => ({ capture: true, broker: loaded.config.mqtt.keepalive_s !== 10 })
  await rig.pass(30)
  t.match(rig.remote.report, {
    device: { revision: 1, status: 'applied', error: null },
    group: { revision: 10, status: 'rolled_back', error: { code: 'CONFIG_ROLLED_BACK_BROKER' } },
    effective: { affect: { min_confidence: 0.5, min_snr_db: 2 } },
  })
  const moved = new Rig(folder, { group: 'taxis' })
  t.match(moved.remote.report, {
    device: { revision: 1 },
    group: { name: 'taxis', revision: 0 },
    effective: HOT,
  })
  t.not(moved.remote.loaded.config.affect.min_snr_db, 2)
})

t.test('with a key, only what is signed for this device and this revision is taken', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const key = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }))
  const other = generateKeyPairSync('ed25519').privateKey
  const rig = new Rig(t.testdir(), { key, group: 'g' })
  const signed = (
    target: `device/${string}` | `group/${string}`,
    revision: number,
    by = privateKey,
  ): object => {
    const text = Buffer.from(signedText(target, revision, HOT))
    return { revision, patch: HOT, signature: sign(null, text, by).toString('base64') }
  }
  for (const desired of [
    { revision: 1, patch: HOT },
    { revision: 1, patch: HOT, signature: '' },
    { revision: 1, patch: HOT, signature: 'x'.repeat(88) },
    signed('device/other', 1),
    signed('group/g', 1),
    signed('device/d', 1, other),
    { ...signed('device/d', 1), revision: 2 },
    { ...signed('device/d', 1), patch: COLD },
  ]) {
    await rig.send(desired)
    t.match(rig.remote.report, { device: { revision: 0 }, refused: { error: { code: 'CONFIG_SIGNATURE' } } })
  }
  t.same(rig.did, [])
  await rig.send(signed('device/d', 3))
  t.match(rig.remote.report, { device: { revision: 3, status: 'applied' }, refused: null })
  await rig.send(signed('device/d', 2))
  t.match(rig.remote.report, { refused: { error: { code: 'CONFIG_REVISION_STALE' } } }, 'a replay')
  await rig.send(signed('group/g', 1), 'group')
  t.match(rig.remote.report.group, { revision: 1, status: 'applied' })
})

t.test('what cannot be kept is not applied', async (t) => {
  const folder = join(t.testdir(), 'state')
  const rig = new Rig(folder)
  writeFileSync(folder, 'no folder')
  await rig.send({ revision: 1, patch: HOT })
  t.match(rig.remote.report, { device: { revision: 0 }, refused: { error: { code: 'CONFIG_NOT_SAVED' } } })
  t.same(rig.did, [])
  rmSync(folder)
  await rig.send({ revision: 1, patch: HOT })
  t.match(rig.remote.report, { device: { revision: 1, status: 'applied' } })
})

t.test('a damaged file is not believed, and a kept patch that is no longer allowed gives way', async (t) => {
  const folder = t.testdir()
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'remote-config.json')
  for (const text of ['', '{', '{}', '[]', '{"schema":"affectd.remote_config/1"}', 'x'.repeat(2_000_000)]) {
    writeFileSync(path, text)
    const { remote, log } = new Rig(folder)
    t.equal(remote.revision, 0)
    t.match(log.lines.at(-1)?.fields, { code: 'CONFIG_REMOTE_STATE' })
  }
  rmSync(path)
  const rig = new Rig(folder)
  await rig.send({ revision: 1, patch: HOT })
  await rig.pass(21)
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('min_confidence', 'min_gone'))
  rig.start()
  t.match(rig.remote.report, {
    device: { revision: 1, status: 'rolled_back', error: { code: 'CONFIG_UNKNOWN_KEY' } },
  })
  t.ok(existsSync(path))
})

t.test('a flood is thinned: only the newest message of a scope is dealt with, once a second', async (t) => {
  let checks = 0
  const rig = new Rig(t.testdir(), { check: () => Promise.resolve(void checks++) })
  for (let revision = 1; revision <= 1000; revision++) {
    rig.remote.receive('device', Buffer.from(JSON.stringify({ revision, patch: HOT })))
  }
  await settled()
  t.equal(checks, 1)
  await rig.pass(3)
  t.equal(checks, 2)
  t.match(rig.remote.report.device, { revision: 1000 })
})

t.test('what changed while an agent was being built is brought about as soon as it is there', async (t) => {
  const rig = new Rig(t.testdir())
  const builtFrom = rig.remote.loaded
  rig.remote.detach()
  await rig.send({ revision: 1, patch: COLD })
  await rig.send({ revision: 2, patch: { ...COLD, ...HOT } })
  const did: string[] = []
  const agent = (): Parameters<RemoteConfig['attach']>[1] => ({
    vitals: () => ({ capture: true, broker: true }),
    reconfigure: () => did.push('hot'),
    restart: () => did.push('restart'),
  })
  rig.remote.attach(builtFrom, agent())
  t.same(did, ['restart'])
  rig.remote.attach(rig.remote.loaded, agent())
  t.same(did, ['restart'], 'and not again')
})

t.test('a microphone that nobody may listen to confirms nothing and breaks nothing', async (t) => {
  const rig = new Rig(t.testdir())
  const microphone: { isOn: boolean } = { isOn: false }
  rig.vitals = ({ loaded }) => ({
    capture: microphone.isOn ? loaded.config.capture.channel !== 3 : undefined,
    broker: true,
  })
  await rig.send({ revision: 1, patch: { capture: { channel: 3 } } })
  await rig.pass(120)
  t.match(rig.remote.report, { device: { status: 'applied' }, isConfirmed: false })
  microphone.isOn = true
  await rig.pass(60)
  t.match(rig.remote.report.device, { status: 'rolled_back', error: { code: 'CONFIG_ROLLED_BACK_CAPTURE' } })
})

t.test('who stops while a revision is checked leaves no trial behind', async (t) => {
  let go: () => void = () => undefined
  const folder = t.testdir()
  const rig = new Rig(folder, { check: () => new Promise((resolve) => (go = resolve)) })
  await rig.send({ revision: 1, patch: COLD })
  rig.remote.close()
  go()
  await settled()
  t.equal(rig.clock.timers, 0)
  const after = new Rig(folder)
  t.match(after.remote.report.device, { revision: 0 })
  await after.send({ revision: 1, patch: COLD })
  t.match(after.remote.report.device, { revision: 1, status: 'applied' })
})

t.test('a disk that fails under a revision which is laid anew does not reject it', async (t) => {
  const folder = join(t.testdir(), 'state')
  let checks = 0
  const rig: Rig = new Rig(folder, {
    check() {
      checks += 1
      // Something else came into force meanwhile, and now the disk is gone.
      if (checks === 2) {
        rig.remote.rollBack()
        rmSync(folder, { recursive: true })
        writeFileSync(folder, 'no folder')
      }
      return Promise.resolve()
    },
  })
  await rig.send({ revision: 1, patch: HOT })
  await rig.send({ revision: 2, patch: COLD })
  t.equal(checks, 3)
  t.match(rig.remote.report, {
    device: { revision: 1 },
    refused: { revision: 2, error: { code: 'CONFIG_NOT_SAVED' } },
  })
})

t.test('where only signed revisions count, nobody goes back to an old one by asking', async (t) => {
  const { publicKey } = generateKeyPairSync('ed25519')
  const rig = new Rig(t.testdir(), { key: publicKey })
  t.throws(() => rig.remote.rollBack(), { code: 'CONFIG_SIGNATURE' })
})

t.test('the highest revision there is has none above it, and the report says what helps', async (t) => {
  const rig = new Rig(t.testdir())
  await rig.send({ revision: Number.MAX_SAFE_INTEGER, patch: HOT })
  await rig.send({ revision: 5, patch: {} })
  t.match(rig.remote.report.refused?.error, {
    code: 'CONFIG_REVISION_STALE',
    message: /remove remote-config\.json/,
  })
})
