import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { MUTE_POLL_MS, MuteFile } from '../../src/ops/mute-file.js'
import { FakeClock } from '../support/fake-clock.js'
import { recordingLogger } from '../support/recording-logger.js'

function rig(path: string, mutedValue: '0' | '1' = '1') {
  const [clock, log] = [new FakeClock(), recordingLogger()]
  const said: boolean[] = []
  const mute = new MuteFile({ path, mutedValue, clock, log }, (isMuted) => said.push(isMuted))
  const look = (): boolean | undefined => {
    clock.advance(MUTE_POLL_MS)
    return said.at(-1)
  }
  return { clock, log, mute, said, look }
}

t.test('the switch is heard at the start and within a third of a second', async (t) => {
  const path = join(t.testdir({ value: '0\n' }), 'value')
  const { mute, said, look, clock } = rig(path)
  mute.start()
  t.same(said, [false])
  writeFileSync(path, '1\n')
  t.equal(look(), true)
  writeFileSync(path, '0')
  t.equal(look(), false)
  mute.stop()
  t.equal(clock.timers, 0)
})

t.test('a switch that mutes with 0', async (t) => {
  const path = join(t.testdir({ value: '0\n' }), 'value')
  const { mute, said, look } = rig(path, '0')
  mute.start()
  t.same(said, [true])
  writeFileSync(path, '1\n')
  t.equal(look(), false)
})

t.test('what cannot be read, or says neither, mutes; that is said once each time', async (t) => {
  const folder = t.testdir({ value: '0' })
  const path = join(folder, 'value')
  const { mute, look, log } = rig(path)
  mute.start()
  rmSync(path)
  t.equal(look(), true)
  t.equal(look(), true)
  t.match(log.lines, [{ level: 'error', fields: { code: 'PRIVACY_MUTE_UNREADABLE', path } }])
  for (const text of ['', '2', 'on', '10', '1 0', '0'.repeat(10_000)]) {
    writeFileSync(path, text)
    t.equal(look(), true, JSON.stringify(text.slice(0, 10)))
  }
  writeFileSync(path, '0')
  t.equal(look(), false, 'mended')
  rmSync(path)
  look()
  t.equal(log.lines.length, 2)
})

t.test('a pipe that nobody writes into does not hold up the program, and mutes', async (t) => {
  const path = join(t.testdir(), 'pipe')
  execFileSync('mkfifo', [path])
  const { mute, said } = rig(path)
  mute.start()
  t.same(said, [true])
})
