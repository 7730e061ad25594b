import t from 'tap'
import { DeviceStatus, type StatusNow } from '../src/device-status.js'

t.test(
  'a device that hears and cannot keep or deliver what it hears is degraded, the worse first',
  async (t) => {
    const told: StatusNow[] = []
    const status = new DeviceStatus((now) => told.push(now))
    t.same(status.now, { state: 'degraded', reason: 'starting' })
    status.ails('events_refused', true)
    t.same(told, [], 'hearing comes first')
    status.hears('online', null)
    status.ails('outbox_in_memory', true)
    status.ails('outbox_in_memory', true)
    status.ails('events_refused', false)
    status.ails('outbox_in_memory', false)
    status.hears('degraded', 'digital_silence')
    t.same(
      told.map(({ state, reason }) => `${state} ${String(reason)}`),
      ['degraded events_refused', 'degraded outbox_in_memory', 'online null', 'degraded digital_silence'],
    )
  },
)
