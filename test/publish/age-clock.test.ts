import fc from 'fast-check'
import t from 'tap'
import { AgeClock } from '../../src/publish/age-clock.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365 * DAY_MS

class TwoClocks {
  wallMs = Date.UTC(2026, 10, 21)
  ranMs = 0
  nowMs = (): number => this.wallMs
  monotonicMs = (): number => this.ranMs
  after = (): never => {
    throw new Error('no timers')
  }
  pass(ms: number): void {
    this.wallMs += ms
    this.ranMs += ms
  }
}

t.test('time passes as the process runs, and while the device is off', (t) => {
  const clocks = new TwoClocks()
  const age = new AgeClock(clocks)
  clocks.pass(HOUR_MS)
  t.equal(age.now(), HOUR_MS)
  const { mark } = age
  clocks.wallMs += 10 * DAY_MS
  clocks.ranMs = 0
  t.equal(new AgeClock(clocks, mark).now(), 10 * DAY_MS + HOUR_MS)
  t.end()
})

t.test('a clock that is wrong at the start and set right later counts the time that passed', (t) => {
  const clocks = new TwoClocks()
  const { mark } = new AgeClock(clocks)
  const realMs = clocks.wallMs + 2 * DAY_MS
  clocks.wallMs = 0
  const age = new AgeClock(clocks, mark)
  clocks.pass(HOUR_MS)
  t.equal(age.now(), HOUR_MS)
  clocks.wallMs = realMs + HOUR_MS
  t.equal(age.now(), 2 * DAY_MS + HOUR_MS)
  t.end()
})

t.test('a step of years ends no event, and one backwards makes none immortal', (t) => {
  const clocks = new TwoClocks()
  const age = new AgeClock(clocks)
  clocks.wallMs += 73 * YEAR_MS
  t.equal(age.now(), 0)
  clocks.wallMs -= 80 * YEAR_MS
  clocks.pass(HOUR_MS)
  t.equal(age.now(), HOUR_MS)
  t.end()
})

t.test('it never falls, and never runs slower than the process, whatever the wall clock does', (t) => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.nat(DAY_MS), fc.integer({ min: -100 * YEAR_MS, max: 100 * YEAR_MS }), fc.boolean()),
      ),
      (steps) => {
        const clocks = new TwoClocks()
        let age = new AgeClock(clocks)
        let before = age.now()
        for (const [ran, jump, restarts] of steps) {
          clocks.pass(ran)
          clocks.wallMs += jump
          const now = age.now()
          if (now < before + ran - 1e-3 || now > before + ran + 31 * DAY_MS) return false
          before = now
          if (restarts) age = new AgeClock(clocks, age.mark)
        }
        return true
      },
    ),
  )
  t.end()
})
