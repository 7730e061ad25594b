import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { DEFAULT_ADAPTATION_PARAMS } from '../src/affect/adaptation-params.js'
import type { Judgement } from '../src/affect/judgement.js'
import { BaselineKeeper, SAVE_INTERVAL_MS } from '../src/baseline-keeper.js'
import type { FeatureStatistics } from '../src/features/feature-statistics.js'
import { StateFile } from '../src/ops/state-file.js'
import { VoiceBaseline } from '../src/voice-baseline.js'
import { FakeClock } from './support/fake-clock.js'
import { recordingLogger } from './support/recording-logger.js'

const NEUTRAL = { probabilities: { neutral: 1 }, abstainReason: null } as unknown as Judgement
const WINDOW: FeatureStatistics = {
  frames: 150,
  mean: Float32Array.of(-1.25, 2),
  variance: Float32Array.of(0.1, 3),
}

function rig(folder: string, hash = 'ab') {
  const voice = new VoiceBaseline(2, DEFAULT_ADAPTATION_PARAMS)
  const [clock, log] = [new FakeClock(), recordingLogger()]
  const file = new StateFile(folder, 'baseline.json')
  const identity = { featureParamsHash: hash, nCoefficients: 2 }
  const keeper = new BaselineKeeper({ voice, file, identity, clock, log })
  const learn = (): boolean => voice.learn(NEUTRAL, WINDOW)
  return { voice, clock, log, keeper, learn, path: file.path }
}

t.test('a voice is known again after a restart', async (t) => {
  const folder = t.testdir()
  const first = rig(folder)
  first.keeper.restore()
  first.keeper.start()
  first.learn()
  first.keeper.stop()
  t.equal(first.clock.timers, 0, 'nothing holds the process')
  t.same(first.log.lines, [])

  const second = rig(folder)
  second.keeper.restore()
  t.same(second.voice.history, WINDOW)
  t.match(second.log.lines, [{ level: 'info', fields: { speech_ms: 3000 } }])
})

t.test('it is written when it has changed, every five minutes at most', async (t) => {
  const r = rig(t.testdir())
  r.keeper.start()
  r.learn()
  r.clock.advance(SAVE_INTERVAL_MS - 1)
  t.notOk(existsSync(r.path))
  r.clock.advance(1)
  t.match(JSON.parse(readFileSync(r.path, 'utf8')), { frames: 150 })

  // A rename makes a new file: as long as it is the same one, nothing was written.
  const { ino, mtimeMs } = statSync(r.path)
  r.clock.advance(10 * SAVE_INTERVAL_MS)
  r.keeper.stop()
  t.match(statSync(r.path), { ino, mtimeMs }, 'nothing learnt, nothing written')
})

t.test('a file that cannot be used is one line, and the voice is learnt anew', async (t) => {
  const folder = t.testdir()
  const writer = rig(folder)
  writer.learn()
  writer.keeper.stop()
  const good = readFileSync(writer.path)
  for (const [name, bytes, hash] of [
    ['other features', good, 'cd'],
    ['damaged', good.subarray(0, 50), 'ab'],
    ['too large', Buffer.alloc(70_000, 0x20), 'ab'],
  ] as const) {
    writeFileSync(writer.path, bytes)
    const r = rig(folder, hash)
    r.keeper.restore()
    t.equal(r.voice.speechMs, 0, name)
    t.match(r.log.lines, [
      { level: 'warn', fields: { code: 'BASELINE_REFUSED', path: r.path, reason: String } },
    ])
    t.equal(r.log.lines.length, 1)
  }
})

t.test('a folder that cannot be written is one warning, and the voice is kept in memory', async (t) => {
  const folder = join(t.testdir({ file: '' }), 'file')
  const r = rig(folder)
  r.keeper.restore()
  t.match(r.log.lines, [{ fields: { code: 'BASELINE_REFUSED', reason: 'ENOTDIR' } }])
  r.log.lines.length = 0
  r.keeper.start()
  for (let n = 0; n < 5; n++) {
    r.learn()
    r.clock.advance(SAVE_INTERVAL_MS)
  }
  t.match(r.log.lines, [{ level: 'warn', fields: { code: 'BASELINE_UNWRITABLE', reason: 'EEXIST' } }])
  t.equal(r.log.lines.length, 1)
  t.equal(r.voice.speechMs, 15_000)
  rmSync(folder)
  mkdirSync(folder)
  r.clock.advance(SAVE_INTERVAL_MS)
  t.ok(existsSync(r.path), 'it is tried again')
  r.keeper.stop()
})

t.test('a reset forgets in memory and on disk, and tells how much', async (t) => {
  const folder = t.testdir()
  const r = rig(folder)
  r.keeper.start()
  r.learn()
  r.clock.advance(SAVE_INTERVAL_MS)
  t.equal(r.keeper.reset(), 3000)
  t.equal(r.voice.speechMs, 0)
  t.notOk(existsSync(r.path))
  r.clock.advance(SAVE_INTERVAL_MS)
  r.keeper.stop()
  t.notOk(existsSync(r.path), 'nothing is written of a voice that is not known')
  t.equal(r.keeper.reset(), 0)
})

t.test(
  'a reset tells and removes what another run had kept, though nothing is learnt in this one',
  async (t) => {
    const folder = t.testdir()
    const before = rig(folder)
    before.learn()
    before.keeper.stop()
    const off = rig(folder)
    t.equal(off.keeper.reset(), 3000)
    t.notOk(existsSync(off.path))
  },
)

t.test('a reset that cannot remove the file says so', async (t) => {
  const r = rig(t.testdir())
  r.learn()
  // Root may write anywhere; a folder is not removed like a file, though.
  mkdirSync(r.path)
  t.throws(() => r.keeper.reset(), { code: 'BASELINE_NOT_REMOVED', message: /baseline\.json/ })
  t.equal(r.voice.speechMs, 0, 'memory is clear all the same')
  rmSync(r.path, { recursive: true })
  r.keeper.stop()
  t.notOk(existsSync(r.path))
})
