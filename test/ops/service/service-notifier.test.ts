import t from 'tap'
import type { ProgressPart } from '../../../src/ops/service/progress.js'
import { SystemdNotifier, watchdogMsOf, type Vitals } from '../../../src/ops/service/service-notifier.js'
import { FakeClock } from '../../support/fake-clock.js'
import { recordingLogger } from '../../support/recording-logger.js'

function rig(watchdogMs: number | null = 30_000) {
  const said: string[] = []
  const clock = new FakeClock()
  const log = recordingLogger()
  const agent = { count: 0, text: 'online' }
  const notifier = new SystemdNotifier({
    channel: {
      send: (fields) => void said.push(fields.join(' ')),
      close: async () => void said.push('closed'),
    },
    clock,
    log,
    watchdogMs: watchdogMs ?? undefined,
  })
  const parts = (): ProgressPart[] => [{ name: 'hearing', isDue: true, count: agent.count, limitMs: 5000 }]
  const vitals = (): Vitals => ({ parts: parts(), text: agent.text })
  return { said, clock, log, agent, notifier, vitals }
}

/** Over the time in which it looks every second. */
function settle({ said, clock, agent, notifier, vitals }: ReturnType<typeof rig>): void {
  notifier.ready(vitals)
  for (let s = 0; s < 30; s++) {
    agent.count += 1
    clock.advance(1000)
  }
  said.length = 0
}

t.test('it is ready, then pings and looks every second for half a minute', async (t) => {
  const { said, clock, agent, notifier, vitals } = rig()
  notifier.ready(vitals)
  t.same(said.splice(0), ['READY=1', 'WATCHDOG=1', 'STATUS=online'])
  agent.text = 'degraded'
  clock.advance(1000)
  t.same(said.splice(0), ['WATCHDOG=1', 'STATUS=degraded'])
})

t.test('it pings three times as often as asked, and says how it is when that changes', async (t) => {
  const made = rig()
  settle(made)
  const { said, clock, agent } = made
  agent.count += 1
  clock.advance(10_000)
  t.same(said.splice(0), ['WATCHDOG=1'])
  agent.count += 1
  agent.text = 'degraded'
  clock.advance(10_000)
  t.same(said.splice(0), ['WATCHDOG=1', 'STATUS=degraded'])
})

t.test('the watchdog is not fed while something is stuck, and fed again when it gets on', async (t) => {
  const made = rig()
  settle(made)
  const { said, clock, log, agent } = made
  clock.advance(30_000)
  t.same(said.splice(0), ['STATUS=stuck: hearing'])
  t.same(
    log.lines.map(({ fields }) => fields),
    [{ code: 'SERVICE_STUCK', part: 'hearing' }],
  )
  agent.count += 1
  clock.advance(10_000)
  t.same(said.splice(0), ['WATCHDOG=1', 'STATUS=online'])
})

t.test('a reload and an end are told, and nothing is after the end', async (t) => {
  const made = rig()
  settle(made)
  const { said, clock, notifier } = made
  notifier.reloading()
  notifier.reloaded()
  notifier.stopping()
  clock.advance(60_000)
  await notifier.close()
  t.match(said, [/^RELOADING=1 MONOTONIC_USEC=\d+$/, 'READY=1', 'STOPPING=1 STATUS=stopping', 'closed'])
  t.equal(said.length, 4)
})

t.test('without a watchdog the status alone is said, once a minute at most', async (t) => {
  const made = rig(null)
  settle(made)
  const { said, clock, agent } = made
  agent.text = 'degraded'
  agent.count += 1
  clock.advance(59_000)
  t.same(said, [])
  clock.advance(1000)
  t.same(said, ['STATUS=degraded'])
})

t.test("the watchdog's time is what systemd gives, if it is meant for this process", async (t) => {
  t.equal(watchdogMsOf({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 7), 30_000)
  t.equal(watchdogMsOf({ WATCHDOG_USEC: '30000000' }, 7), 30_000)
  for (const WATCHDOG_USEC of ['', '0', '-1', 'x', '1e9', undefined]) {
    t.equal(watchdogMsOf({ WATCHDOG_USEC }, 7), undefined)
  }
  t.equal(watchdogMsOf({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, 7), undefined)
})
