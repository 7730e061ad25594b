import t from 'tap'
import { agentSteps } from '../../../bench/src/chaos/agent-log.js'

t.test('the steps of an agent’s log, in order', async (t) => {
  const text = [
    '{"level":"info","msg":"connected to the broker","broker":"mqtt://x"}',
    '{"level":"debug","boot_id":"a","seq":1,"msg":"event accepted"}',
    '{"level":"debug","boot_id":"a","seq":1,"msg":"event acknowledged"}',
    '{"level":"warn","msg":"no connection to the broker: connection lost; retrying for ever"}',
    '{"level":"error","code":"PUBLISH_OUTBOX_MEMORY","msg":"new events are kept in memory only"}',
    '{"level":"info","msg":"the outbox is on disk again"}',
  ].join('\n')
  t.same(agentSteps(text), [
    { kind: 'connected' },
    { kind: 'accepted', bootId: 'a', seq: 1 },
    { kind: 'acknowledged', bootId: 'a', seq: 1 },
    { kind: 'lost' },
    { kind: 'memory' },
    { kind: 'disk' },
  ])
})

t.test('lines that say nothing of it, and a torn last one, are passed over', async (t) => {
  t.same(
    agentSteps('null\n7\nnot JSON\n{"msg":"event accepted"}\n{"msg":"listening"}\n{"msg":"connected to'),
    [],
  )
})
