import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { HOLDS, ListenSwitch } from '../src/listen-switch.js'
import { StateFile } from '../src/ops/state-file.js'
import { FakeClock } from './support/fake-clock.js'
import { recordingLogger } from './support/recording-logger.js'

function open(folder: string) {
  const [clock, log] = [new FakeClock(), recordingLogger()]
  return { clock, log, listening: new ListenSwitch(new StateFile(folder, 'listening.json'), clock, log) }
}

t.test('it listens only while nothing holds it off', async (t) => {
  const { listening } = open(t.testdir())
  t.match(listening.state, { listening: true, reason: null, heldBy: [] })
  listening.hold('schedule', true)
  listening.hold('mute_file', true)
  t.match(listening.state, { listening: false, reason: 'mute_file', heldBy: ['mute_file', 'schedule'] })
  listening.hold('request', false)
  t.equal(listening.state.listening, false, 'a request does not lift what others hold')
  listening.hold('mute_file', false)
  t.match(listening.state, { listening: false, reason: 'schedule' })
  listening.hold('schedule', false)
  t.match(listening.state, { listening: true, reason: 'schedule', heldBy: [] })
})

t.test('a request and a mute by signal are kept over a restart, the others are not', async (t) => {
  const folder = t.testdir()
  const { listening } = open(folder)
  t.equal(listening.hold('mute_signal', true), true)
  t.equal(listening.hold('request', true), true)
  t.equal(listening.hold('schedule', true), false)
  const { listening: next } = open(folder)
  t.same(next.state.heldBy, ['mute_signal', 'request'])
  next.hold('request', false)
  next.hold('mute_signal', false)
  t.notOk(existsSync(join(folder, 'listening.json')), 'nothing to keep')
})

t.test('what an earlier version kept is understood', async (t) => {
  const folder = t.testdir({ 'listening.json': '{"schema":"affectd.listening/1","listening":false}' })
  t.match(open(folder).listening.state, { listening: false, reason: 'request' })
})

t.test('whatever the file holds, it is not taken for leave to listen', async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'listening.json')
  const kept = fc.oneof(
    fc.json(),
    fc.string(),
    fc.constant('{"schema":"affectd.listening/2","held_by":["schedule"]}'),
  )
  fc.assert(
    fc.property(kept, (text) => {
      writeFileSync(path, text)
      const { listening, log } = open(folder)
      return (
        listening.state.reason === 'request' &&
        log.lines[0]?.fields['code'] === 'CAPTURE_LISTENING_UNREADABLE'
      )
    }),
  )
})

t.test('since when is since it last began or stopped to listen, whoever holds it meanwhile', async (t) => {
  const { listening, clock } = open(t.testdir())
  listening.hold('request', true)
  const { sinceMs } = listening.state
  clock.advance(5000)
  listening.hold('schedule', true)
  t.equal(listening.state.sinceMs, sinceMs)
  listening.hold('request', false)
  clock.advance(5000)
  listening.hold('schedule', false)
  t.equal(listening.state.sinceMs, sinceMs + 10_000)
})

t.test('where it cannot be kept it holds all the same, and says that a restart will not know', async (t) => {
  const { listening, log } = open(join(t.testdir({ taken: '' }), 'taken'))
  log.lines.length = 0
  listening.hold('request', false)
  t.equal(listening.hold('mute_signal', true), false)
  t.equal(listening.state.listening, false)
  t.match(log.lines, [{ fields: { code: 'CAPTURE_LISTENING_NOT_KEPT' } }])
})

t.test(
  'whatever holds and lets go, it listens if and only if nothing holds, and the file says what is kept',
  async (t) => {
    const folder = t.testdir()
    const step = fc.tuple(fc.constantFrom(...HOLDS), fc.boolean())
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { listening } = open(folder)
        const held = new Set<string>(listening.state.heldBy)
        for (const [hold, isHeld] of steps) {
          listening.hold(hold, isHeld)
          if (isHeld) held.add(hold)
          else held.delete(hold)
          if (listening.state.listening !== (held.size === 0)) return false
        }
        const path = join(folder, 'listening.json')
        const kept = HOLDS.filter((hold) => held.has(hold) && (hold === 'request' || hold === 'mute_signal'))
        const file = existsSync(path)
          ? (JSON.parse(readFileSync(path, 'utf8')) as { held_by: string[] }).held_by
          : []
        return JSON.stringify(file) === JSON.stringify(kept)
      }),
    )
  },
)
