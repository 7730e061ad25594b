/** What the agent keeps in `device.state_dir`, on a disk that fails or loses its power at any call. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { DEFAULT_ADAPTATION_PARAMS } from '../src/affect/adaptation-params.js'
import { FatigueBaseline } from '../src/affect/fatigue/fatigue-baseline.js'
import type { Judgement } from '../src/affect/judgement.js'
import { AlertRegister } from '../src/alert-register.js'
import { BaselineKeeper } from '../src/baseline-keeper.js'
import { initialState } from '../src/config/remote/revisions.js'
import { RELEASED_ONLY, rolledBack } from '../src/delivery/delivery-state.js'
import { DeliveryStore } from '../src/delivery/delivery-store.js'
import { fatigueFile, FatigueKeeper } from '../src/fatigue-keeper.js'
import { ListenSwitch } from '../src/listen-switch.js'
import type { Logger } from '../src/ops/logger.js'
import { parseRunRecord, RUN_RECORD_MAX_BYTES } from '../src/ops/run-record.js'
import { StateFile } from '../src/ops/state-file.js'
import { parseStateMark, STATE_VERSION_MAX_BYTES } from '../src/ops/state-version.js'
import { alertEvent } from '../src/publish/alert-event.js'
import { OutboxRegister } from '../src/publish/outbox-register.js'
import { RemoteStore } from '../src/remote-store.js'
import { RunKeeper } from '../src/run-keeper.js'
import { StateFolder } from '../src/state-folder.js'
import { Summaries } from '../src/summaries.js'
import { VoiceBaseline } from '../src/voice-baseline.js'
import { block, params } from './affect/fatigue/blocks.js'
import { FakeClock } from './support/fake-clock.js'
import { FaultyDisk, type DiskErrorCode } from './support/faulty-disk.js'
import { recordingLogger } from './support/recording-logger.js'
import { SAMPLE_ALERT, SAMPLE_JUDGEMENT, SAMPLE_NOW_MS, SAMPLE_STAMP } from './support/sample-messages.js'

/** Something that is kept, each use of it as by a process of its own. */
interface Kept {
  readonly name: string
  /** Changes what is kept. The second time it is something else. */
  readonly change: (folder: string, time: 1 | 2) => void
  /** What the next start finds. */
  readonly found: (folder: string, log: Logger) => unknown
  /** It throws where it cannot be kept, and whoever called says so. */
  readonly throws?: true
}

const HOUR_MS = 3_600_000
const NEUTRAL = { probabilities: { neutral: 1 }, abstainReason: null } as unknown as Judgement
const window = (mean: number) => ({
  frames: 150,
  mean: Float32Array.of(mean, 2),
  variance: Float32Array.of(0.1, 3),
})

function voice(folder: string, log: Logger = recordingLogger()) {
  const voice = new VoiceBaseline(2, DEFAULT_ADAPTATION_PARAMS)
  const [clock, file] = [new FakeClock(), new StateFile(folder, 'baseline.json')]
  const identity = { featureParamsHash: 'ab', nCoefficients: 2 }
  const keeper = new BaselineKeeper({ voice, file, identity, clock, log })
  keeper.restore()
  return { voice, keeper, clock }
}

function fatigue(folder: string, log: Logger = recordingLogger()) {
  const baseline = new FatigueBaseline(params())
  const [clock, file] = [new FakeClock(), fatigueFile(folder, 'default')]
  const keeper = new FatigueKeeper({ baseline, file, profile: 'default', clock, log })
  keeper.restore()
  return { baseline, keeper, clock }
}

function summary(folder: string, log: Logger = recordingLogger()) {
  const ended: number[] = []
  const clock = new FakeClock(Date.parse('2026-11-25T08:00:00Z'))
  const summaries = new Summaries({
    rule: { kind: 'day', timeZone: 'UTC', beginsAt: '00:00' },
    ...{ file: new StateFile(folder, 'summary.json'), clock, log },
    onPeriod: ({ decisions }) => ended.push(decisions),
  })
  summaries.start()
  return { summaries, clock, ended }
}

const remote = (folder: string, log: Logger = recordingLogger()): RemoteStore =>
  new RemoteStore({ group: '', file: new StateFile(folder, 'remote-config.json'), log, machineBoot: 'boot' })
const listening = (folder: string, log: Logger = recordingLogger()): ListenSwitch =>
  new ListenSwitch(new StateFile(folder, 'listening.json'), new FakeClock(), log)
const alerts = (folder: string, log: Logger = recordingLogger()): AlertRegister =>
  new AlertRegister(new StateFile(folder, 'alerts.json'), log)
const positions = (folder: string): OutboxRegister =>
  new OutboxRegister(new StateFile(folder, 'outbox.json'), new FakeClock())
const models = (folder: string, log: Logger = recordingLogger()): DeliveryStore =>
  new DeliveryStore({
    file: new StateFile(folder, 'models.json'),
    log,
    nowMs: () => SAMPLE_NOW_MS,
    machineBoot: 'boot',
  })
const startRun = (folder: string, bootId: string): RunKeeper =>
  new RunKeeper({
    file: new StateFile(folder, 'run.json'),
    lastExitFile: new StateFile(folder, 'last-exit'),
    bootId,
    version: '0.1.0',
    machineBoot: 'boot',
    machineUptimeS: () => 1,
    clock: new FakeClock(),
    log: recordingLogger(),
  })

const KEPT: readonly Kept[] = [
  {
    name: 'the voice baseline',
    change(folder, time) {
      const { voice: known, keeper } = voice(folder)
      keeper.start()
      known.learn(NEUTRAL, window(time))
      keeper.stop()
    },
    found: (folder, log) => [...voice(folder, log).voice.history.mean],
  },
  {
    name: 'the voice baseline, forgotten',
    change(folder, time) {
      const { voice: known, keeper } = voice(folder)
      if (time === 2) keeper.reset()
      else known.learn(NEUTRAL, window(1))
      keeper.stop()
    },
    found: (folder, log) => voice(folder, log).voice.speechMs,
    throws: true,
  },
  {
    name: 'the fatigue baseline',
    change(folder, time) {
      const { baseline, keeper } = fatigue(folder)
      keeper.start()
      baseline.restore([], Array<ReturnType<typeof block>>(time).fill(block()))
      keeper.stop()
    },
    found: (folder, log) => fatigue(folder, log).baseline.pending.length,
  },
  {
    name: 'the summary of the day',
    change(folder, time) {
      const { summaries } = summary(folder)
      for (let n = 0; n < time; n++) summaries.addDecision(SAMPLE_JUDGEMENT)
      summaries.stop()
    },
    found(folder, log) {
      const { summaries, clock, ended } = summary(folder, log)
      clock.advance(16 * HOUR_MS)
      summaries.check()
      return ended
    },
  },
  {
    name: 'a request not to listen',
    change: (folder, time) => void listening(folder).hold('request', time === 2),
    found: (folder, log) => listening(folder, log).state.heldBy,
  },
  {
    name: 'a request to listen again',
    change: (folder, time) => void listening(folder).hold('request', time === 1),
    found: (folder, log) => listening(folder, log).state.heldBy,
  },
  {
    name: 'a mute beside a request',
    change: (folder, time) => void listening(folder).hold(time === 1 ? 'request' : 'mute_signal', true),
    found: (folder, log) => listening(folder, log).state.heldBy,
  },
  {
    name: 'an alert that is raised',
    change(folder, time) {
      const register = alerts(folder)
      const raised = alertEvent(SAMPLE_ALERT, SAMPLE_STAMP, SAMPLE_NOW_MS)
      for (const kind of ['one', 'other'].slice(0, time)) register.note({ ...raised, kind })
    },
    found: (folder, log) => alerts(folder, log).takeLeftovers().length,
  },
  {
    name: 'an alert that is over',
    change(folder, time) {
      const register = alerts(folder)
      register.note(alertEvent(SAMPLE_ALERT, SAMPLE_STAMP, SAMPLE_NOW_MS))
      if (time === 1) return
      register.note({ ...alertEvent(SAMPLE_ALERT, SAMPLE_STAMP, SAMPLE_NOW_MS), active: false })
      register.close()
    },
    found: (folder, log) => alerts(folder, log).takeLeftovers().length,
  },
  {
    name: 'a remote configuration',
    change(folder, time) {
      const device = { revision: time, patch: { affect: { min_confidence: 0.1 * time } } }
      const inForce = { device, group: null }
      remote(folder).write({ ...initialState(''), inForce, confirmed: inForce })
    },
    found: (folder, log) =>
      remote(folder, log).open({ env: {}, set: ['device.id=d'] }).loaded.config.affect.min_confidence,
    throws: true,
  },
  {
    name: 'the positions of the outbox',
    change(folder) {
      const register = positions(folder)
      register.nextPosition()
      register.claim()
    },
    found: (folder) => positions(folder).nextPosition(),
    throws: true,
  },
  {
    name: 'how the run before ended',
    change: (folder, time) => void startRun(folder, `run-${time}`),
    found(folder) {
      const bytes = new StateFile(folder, 'run.json').read(RUN_RECORD_MAX_BYTES)
      return bytes === undefined ? null : parseRunRecord(bytes).bootId
    },
  },
  {
    name: 'which model is in force',
    change(folder, time) {
      const why = { code: 'MODEL_ROLLED_BACK_REQUEST', message: `time ${time}` }
      models(folder).write(rolledBack(RELEASED_ONLY, why, SAMPLE_NOW_MS))
    },
    found: (folder, log) => models(folder, log).open().lastRollback?.message,
    throws: true,
  },
  {
    name: 'the version of the folder',
    change(folder, time) {
      const state = new StateFolder(folder, recordingLogger())
      state.check()
      state.claim(`0.${time}.0`)
    },
    found(folder, log) {
      new StateFolder(folder, log).check()
      const bytes = new StateFile(folder, 'state-version.json').read(STATE_VERSION_MAX_BYTES)
      return bytes === undefined ? null : parseStateMark(bytes).affectd
    },
  },
]

const ERRORS: readonly DiskErrorCode[] = ['EIO', 'ENOSPC', 'EROFS']
const NEIGHBOUR = 'neighbour.json'

for (const { name, change, found, throws } of KEPT) {
  /** Before the change and after it, and the calls that it takes. */
  const rig = (folder: string) => {
    const disk = new FaultyDisk(folder)
    writeFileSync(join(folder, NEIGHBOUR), 'kept')
    disk.run(() => change(folder, 1))
    const before = new Map(disk.run(() => undefined).calls === 0 ? [...disk.images()][0] : [])
    const old = found(folder, recordingLogger())
    const { calls, error } = disk.run(() => change(folder, 2))
    if (error !== undefined) throw error as Error
    return { disk, before, calls, old, now: found(folder, recordingLogger()), names: readdirSync(folder) }
  }

  t.test(`${name}: a power cut at any call leaves the old or the new`, async (t) => {
    const { disk, before, calls, old, now, names } = rig(t.testdir())
    const { folder } = disk
    t.notSame(old, now)
    t.ok(calls >= 2, `${calls} calls`)
    let images = 0
    for (let at = 1; at <= calls + 1; at++) {
      disk.restore(before)
      disk.run(() => change(folder, 2), { at, how: 'power cut' })
      for (const image of [...disk.images()]) {
        disk.restore(image)
        const log = recordingLogger()
        const value = found(folder, log)
        const allowed = at > calls ? [now] : [old, now]
        if (!allowed.some((one) => JSON.stringify(one) === JSON.stringify(value))) {
          t.same(value, allowed, `call ${at}, on disk: ${[...image.keys()].join(', ')}`)
        }
        const complaints = log.lines.filter(({ level }) => level !== 'info')
        if (complaints.length > 0) t.same(complaints, [], `call ${at}: nothing is damaged`)
        if (image.get(NEIGHBOUR)?.toString() !== 'kept') t.fail('another file is lost')
        images += 1
        if (JSON.stringify(value) !== JSON.stringify(old)) continue
        disk.run(() => change(folder, 2))
        if (JSON.stringify(readdirSync(folder)) !== JSON.stringify(names)) {
          t.same(readdirSync(folder), names, `call ${at}: nothing half written is left`)
        }
      }
    }
    t.ok(images > calls, `${images} disks`)
  })

  t.test(`${name}: an error at any call leaves the old or the new, and harms nobody`, async (t) => {
    const { disk, before, calls, old, now, names } = rig(t.testdir())
    const { folder } = disk
    for (const how of ERRORS) {
      for (const forEver of [false, true]) {
        for (let at = 1; at <= calls; at++) {
          disk.restore(before)
          const { error } = disk.run(() => change(folder, 2), { at, how, forEver })
          const where = `${how} at call ${at}${forEver ? ' and after' : ''}`
          if (throws !== true && error !== undefined) t.fail(`${where}: ${String(error)}`)
          const value = found(folder, recordingLogger())
          if (![old, now].some((one) => JSON.stringify(one) === JSON.stringify(value))) {
            t.same(value, [old, now], where)
          }
          if (JSON.stringify(value) === JSON.stringify(old)) disk.run(() => change(folder, 2))
          if (!forEver && JSON.stringify(readdirSync(folder)) !== JSON.stringify(names)) {
            t.same(readdirSync(folder), names, `${where}: nothing half written is left`)
          }
        }
      }
    }
    t.pass(`${calls} calls, ${ERRORS.length} errors`)
  })
}
