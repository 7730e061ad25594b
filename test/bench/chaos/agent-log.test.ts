import t from 'tap'
import { agentSteps } from '../../../bench/src/chaos/agent-log.js'

t.test('the steps of an agent’s log, in order', async (t) => {
  const text = [
    '{"level":"debug","attempt":1,"msg":"connecting to the broker"}',
    '{"level":"info","msg":"connected to the broker","broker":"mqtt://x"}',
    '{"level":"debug","boot_id":"a","seq":1,"msg":"event accepted"}',
    '{"level":"debug","boot_id":"a","seq":1,"msg":"event acknowledged"}',
    '{"level":"warn","msg":"no connection to the broker: connection lost; retrying for ever"}',
    '{"level":"debug","attempt":2,"msg":"connecting to the broker"}',
    '{"level":"error","code":"PUBLISH_OUTBOX_MEMORY","msg":"new events are kept in memory only"}',
    '{"level":"info","msg":"the outbox is on disk again"}',
  ].join('\n')
  t.same(agentSteps(text), [
    { kind: 'began' },
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

t.test('a note comes between the lines that were whole by then and the others', async (t) => {
  const lines = [
    '{"msg":"connected to the broker","broker":"ä"}\n',
    '{"msg":"the outbox is on disk again"}\n',
  ]
  const [first, both] = [Buffer.byteLength(lines[0]!), Buffer.byteLength(lines.join(''))]
  const kinds = (atByte: number): string[] =>
    agentSteps(lines.join(''), [{ atByte, step: { kind: 'broker_killed' } }]).map(({ kind }) => kind)
  t.same(kinds(0), ['broker_killed', 'connected', 'disk'])
  t.same(kinds(first - 1), ['broker_killed', 'connected', 'disk'], 'a torn line is not whole')
  t.same(kinds(first), ['connected', 'broker_killed', 'disk'])
  t.same(kinds(both), ['connected', 'disk', 'broker_killed'])
})
