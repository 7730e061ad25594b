import t from 'tap'
import type { ProgressPart } from '../../../src/ops/service/progress.js'
import { SystemdNotifier, watchdogMsOf } from '../../../src/ops/service/service-notifier.js'
import { FakeClock } from '../../support/fake-clock.js'
import { recordingLogger } from '../../support/recording-logger.js'

function rig(watchdogMs: number | undefined = 30_000) {
  const said: string[] = []
  const clock = new FakeClock()
  const log = recordingLogger()
  const agent = { count: 0, text: 'online' }
  const notifier = new SystemdNotifier({
    channel: { send: (fields) => void said.push(fields.join(' ')), close: () => void said.push('closed') },
    clock,
    log,
    watchdogMs,
  })
  const parts = (): ProgressPart[] => [{ name: 'hearing', isDue: true, count: agent.count, limitMs: 5000 }]
  return { said, clock, log, agent, notifier, vitals: () => ({ parts: parts(), text: agent.text }) }
}

t.test(
  'it is ready, pings three times as often as the watchdog asks, and says how it is when that changes',
  async (t) => {
    const { said, clock, agent, notifier, vitals } = rig()
    notifier.ready(vitals)
    t.same(said.splice(0), ['READY=1', 'WATCHDOG=1', 'STATUS=online'])
    agent.count = 1
    clock.advance(10_000)
    t.same(said.splice(0), ['WATCHDOG=1'])
    agent.count = 2
    agent.text = 'degraded'
    clock.advance(10_000)
    t.same(said.splice(0), ['WATCHDOG=1', 'STATUS=degraded'])
  },
)

t.test('the watchdog is not fed while something is stuck, and fed again when it gets on', async (t) => {
  const { said, clock, log, agent, notifier, vitals } = rig()
  notifier.ready(vitals)
  said.length = 0
  clock.advance(30_000)
  t.same(said.splice(0), ['STATUS=stuck: hearing'])
  t.same(
    log.lines.map(({ fields }) => fields),
    [{ code: 'SERVICE_STUCK', part: 'hearing' }],
  )
  agent.count = 1
  clock.advance(10_000)
  t.same(said.splice(0), ['WATCHDOG=1', 'STATUS=online'])
})

t.test('a reload and an end are told, and nothing is after the end', async (t) => {
  const { said, clock, notifier, vitals } = rig()
  notifier.ready(vitals)
  said.length = 0
  notifier.reloading()
  notifier.reloaded()
  notifier.stopping()
  clock.advance(60_000)
  notifier.close()
  t.match(said, [/^RELOADING=1 MONOTONIC_USEC=\d+$/, 'READY=1', 'STOPPING=1 STATUS=stopping', 'closed'])
  t.equal(said.length, 4)
})

t.test('without a watchdog the status alone is said, once a minute at most', async (t) => {
  const { said, clock, agent, notifier, vitals } = rig()
  const quiet = new SystemdNotifier({
    channel: { send: (fields) => void said.push(fields.join(' ')), close: () => undefined },
    clock,
    log: recordingLogger(),
    watchdogMs: undefined,
  })
  quiet.ready(vitals)
  agent.text = 'degraded'
  agent.count = 1
  clock.advance(59_000)
  t.same(said, ['READY=1', 'STATUS=online'])
  clock.advance(1000)
  t.equal(said.at(-1), 'STATUS=degraded')
})

t.test(
  "the watchdog's time is read from what systemd gives, and only if it is meant for this process",
  async (t) => {
    t.equal(watchdogMsOf({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 7), 30_000)
    t.equal(watchdogMsOf({ WATCHDOG_USEC: '30000000' }, 7), 30_000)
    for (const WATCHDOG_USEC of ['', '0', '-1', 'x', '1e9', undefined])
      t.equal(watchdogMsOf({ WATCHDOG_USEC }, 7), undefined)
    t.equal(watchdogMsOf({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, 7), undefined)
  },
)
