import t from 'tap'
import type { AgentStep } from '../../../bench/src/chaos/agent-log.js'
import { processTroubles } from '../../../bench/src/chaos/process-troubles.js'

const accepted = (bootId: string): AgentStep => ({ kind: 'accepted', bootId, seq: 1 })
const acknowledged = (bootId: string): AgentStep => ({ kind: 'acknowledged', bootId, seq: 1 })
const process = (...steps: AgentStep[]): { steps: AgentStep[] } => ({ steps })

t.test(
  'each process numbers its events under a boot_id of its own, and delivers those of others',
  async (t) => {
    t.same(processTroubles([process(accepted('a')), process(acknowledged('a'), accepted('b'))], []), [])
  },
)

t.test('a process that changes its boot_id is a trouble, and so is one that ends unasked', async (t) => {
  const renumbered = process(accepted('b'), { kind: 'began' }, accepted('c'))
  t.same(processTroubles([process(accepted('a')), renumbered], [0]), [
    'a process ended by itself with status 0',
    'process 2 numbered its events under 2 boot_ids',
  ])
})
