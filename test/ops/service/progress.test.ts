import fc from 'fast-check'
import t from 'tap'
import { agentProgress, type AgentCounts } from '../../../src/ops/service/agent-progress.js'
import { ProgressWatch, type ProgressPart } from '../../../src/ops/service/progress.js'

const part = (count: number, isDue = true): ProgressPart => ({ name: 'hearing', isDue, count, limitMs: 1000 })

t.test(
  'a part that is due and stands still for longer than its limit is stuck, until it moves',
  async (t) => {
    const watch = new ProgressWatch()
    t.equal(watch.observe([part(1)], 0), undefined)
    t.equal(watch.observe([part(1)], 1000), undefined)
    t.equal(watch.observe([part(1)], 1001), 'hearing')
    t.equal(watch.observe([part(2)], 1002), undefined)
    t.equal(watch.observe([part(2)], 2002), undefined)
    t.equal(watch.observe([part(2)], 2003), 'hearing')
  },
)

t.test('time while it has nothing to do does not count', async (t) => {
  const watch = new ProgressWatch()
  watch.observe([part(1)], 0)
  watch.observe([part(1, false)], 5000)
  t.equal(watch.observe([part(1)], 5900), undefined)
  t.equal(watch.observe([part(1)], 6001), 'hearing')
})

t.test('what moves at every look is never stuck, what never moves always in the end', async () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3000), { minLength: 1 }), (stepsMs) => {
      const [moving, still] = [new ProgressWatch(), new ProgressWatch()]
      let nowMs = 0
      let isStuck = false
      still.observe([part(0)], 0)
      stepsMs.forEach((stepMs, i) => {
        nowMs += stepMs
        if (moving.observe([part(i)], nowMs) !== undefined) throw new Error('it moved')
        isStuck = still.observe([part(0)], nowMs) === 'hearing'
      })
      return isStuck === nowMs > 1000
    }),
  )
})

const COUNTS: AgentCounts = {
  isListening: true,
  framesJudged: 10,
  captureRestarts: 0,
  connected: true,
  outboxDepth: 0,
  eventsAnswered: 0,
  connectAttempts: 1,
}
const stuckAfterAnHour = (counts: AgentCounts): string | undefined => {
  const watch = new ProgressWatch()
  watch.observe(agentProgress(counts), 0)
  return watch.observe(agentProgress(counts), 3_600_000)
}

t.test('an agent is stuck when frames, events or attempts at the broker stop', async (t) => {
  t.equal(stuckAfterAnHour(COUNTS), 'hearing')
  t.equal(stuckAfterAnHour({ ...COUNTS, isListening: false }), undefined)
  t.equal(stuckAfterAnHour({ ...COUNTS, isListening: false, outboxDepth: 3 }), 'events')
  t.equal(stuckAfterAnHour({ ...COUNTS, isListening: false, outboxDepth: 3, connected: false }), 'connection')
})

t.test(
  'a microphone that is gone, or a broker that refuses or is away, is no reason to end it',
  async (t) => {
    const watch = new ProgressWatch()
    for (let minute = 0; minute < 600; minute++) {
      const counts = {
        ...COUNTS,
        captureRestarts: minute,
        connected: minute % 7 === 0,
        outboxDepth: 9,
        eventsAnswered: minute,
        connectAttempts: minute,
      }
      t.equal(watch.observe(agentProgress(counts), minute * 30_000), undefined)
    }
  },
)

t.test('a broker that takes connections and acknowledges nothing does not starve the watchdog', async (t) => {
  const watch = new ProgressWatch()
  // Each connection is given up after a minute of silence, and so followed by an attempt.
  for (let second = 0; second < 7200; second += 5) {
    const counts = {
      ...COUNTS,
      framesJudged: second,
      connected: second % 65 !== 0,
      outboxDepth: 9,
      connectAttempts: Math.ceil(second / 65),
    }
    t.equal(watch.observe(agentProgress(counts), second * 1000), undefined)
  }
})
