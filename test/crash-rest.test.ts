import t from 'tap'
import { CrashRest } from '../src/crash-rest.js'
import { ListenSwitch } from '../src/listen-switch.js'
import { FakeClock } from './support/fake-clock.js'
import { recordingLogger } from './support/recording-logger.js'

function rest(pauseMs: number | undefined) {
  const [clock, log] = [new FakeClock(), recordingLogger()]
  const listening = new ListenSwitch(undefined, clock, log)
  const run = {
    pauseMs,
    resumed: 0,
    resume() {
      this.pauseMs = undefined
      this.resumed += 1
    },
  }
  return { clock, log, listening, run, rest: new CrashRest(run, listening, clock, log) }
}

t.test('an agent that rests does not listen, and is tried again by itself', async (t) => {
  const { clock, log, listening, run, rest: one } = rest(600_000)
  t.match(listening.state, { listening: false, heldBy: ['crash_loop'] })
  t.match(log.lines[0], { fields: { code: 'CRASH_LOOP', pause_s: 600 } })
  clock.advance(599_999)
  t.equal(one.isOn, true)
  clock.advance(1)
  t.match(listening.state, { listening: true })
  t.same([one.isOn, run.resumed], [false, 1])
})

t.test('who asks for it has it tried at once, once', async (t) => {
  const { clock, listening, run, rest: one } = rest(600_000)
  listening.hold('request', true)
  one.end()
  one.end()
  clock.advance(600_000)
  t.equal(run.resumed, 1)
  t.match(listening.state, { listening: false, heldBy: ['request'] }, 'what others hold they still hold')
})

t.test('an agent that does not rest is not held off, and an end leaves no timer', async (t) => {
  const well = rest(undefined)
  well.rest.end()
  t.match(well.listening.state, { listening: true, reason: null })
  t.equal(well.run.resumed, 0)
  const { clock, run, rest: one } = rest(600_000)
  one.close()
  t.equal(clock.timers, 0)
  t.equal(run.resumed, 0, 'the next start rests on')
})
