import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import t from 'tap'
import { FatigueBaseline } from '../src/affect/fatigue/fatigue-baseline.js'
import { FATIGUE_SAVE_INTERVAL_MS, fatigueFile, FatigueKeeper } from '../src/fatigue-keeper.js'
import { block, params, sessions } from './affect/fatigue/blocks.js'
import { FakeClock } from './support/fake-clock.js'
import { recordingLogger } from './support/recording-logger.js'

function rig(folder: string, profile = 'default') {
  const baseline = new FatigueBaseline(params())
  const [clock, log] = [new FakeClock(), recordingLogger()]
  const file = fatigueFile(folder, profile)
  const keeper = new FatigueKeeper({ baseline, file, profile, clock, log })
  return { baseline, clock, log, keeper, path: file.path }
}

t.test('the baseline and what waits for the roll-over are known again after a restart', async (t) => {
  const folder = t.testdir()
  const first = rig(folder)
  first.keeper.restore()
  first.keeper.start()
  first.baseline.restore(sessions(), [block()])
  first.keeper.stop()
  t.equal(first.clock.timers, 0, 'nothing holds the process')

  const second = rig(folder)
  second.keeper.restore()
  t.equal(second.baseline.sessions, 4)
  t.same(second.baseline.pending, [block()])
  t.match(second.log.lines, [{ level: 'info', fields: { speech_ms: 960_000 } }])
})

t.test('it is written when it has changed, every quarter of an hour at most', async (t) => {
  const r = rig(t.testdir())
  r.keeper.start()
  r.baseline.add(block())
  r.clock.advance(FATIGUE_SAVE_INTERVAL_MS - 1)
  t.notOk(existsSync(r.path))
  r.clock.advance(1)
  t.match(JSON.parse(readFileSync(r.path, 'utf8')), { profile: 'default', blocks: [] })
  const written = readFileSync(r.path)
  writeFileSync(r.path, '')
  r.clock.advance(10 * FATIGUE_SAVE_INTERVAL_MS)
  t.equal(readFileSync(r.path).length, 0, 'nothing learnt, nothing written')
  t.ok(written.length > 0)
  r.keeper.stop()
})

t.test('the largest baseline fits into the file', async (t) => {
  const folder = t.testdir()
  const r = rig(folder)
  const all = Array.from({ length: 12 }, (_, s) =>
    Array.from({ length: 48 }, (_, n) =>
      block({ f0_median: 88.12345 }, { atMs: 1.7e12 + n, timeOfDay: s % 4, quietness: Math.floor(s / 4) }),
    ),
  ).flat()
  r.baseline.restore(all, all.slice(0, 120))
  r.keeper.stop()
  t.ok(readFileSync(r.path).length < 100_000)
  const again = rig(folder)
  again.keeper.restore()
  t.equal(again.baseline.blocks.length, 576)
})

t.test('profiles have files of their own, and one of another is refused', async (t) => {
  const folder = t.testdir()
  t.equal(basename(rig(folder).path), 'fatigue.json')
  const anna = rig(folder, 'anna')
  t.equal(basename(anna.path), 'fatigue-anna.json')
  anna.baseline.restore(sessions(), [])
  anna.keeper.stop()
  const other = rig(folder, 'ben')
  writeFileSync(other.path, readFileSync(anna.path))
  other.keeper.restore()
  t.equal(other.baseline.speechMs, 0)
  t.match(other.log.lines, [{ level: 'warn', fields: { code: 'BASELINE_REFUSED', path: other.path } }])
})

t.test('a reset forgets in memory and on disk', async (t) => {
  const r = rig(t.testdir())
  r.baseline.restore(sessions(), [])
  r.keeper.stop()
  t.ok(existsSync(r.path))
  t.equal(r.keeper.reset(), 960_000)
  t.notOk(existsSync(r.path))
  t.equal(r.baseline.sessions, 0)
  r.keeper.stop()
  t.notOk(existsSync(r.path), 'nothing is written of a voice that is not known')
})
