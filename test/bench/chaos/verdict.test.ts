import t from 'tap'
import type { AgentStep } from '../../../bench/src/chaos/agent-log.js'
import { isKept, judgeRound, type Arrival } from '../../../bench/src/chaos/verdict.js'

const began: AgentStep = { kind: 'began' }
const connected: AgentStep = { kind: 'connected' }
const lost: AgentStep = { kind: 'lost' }
const memory: AgentStep = { kind: 'memory' }
const disk: AgentStep = { kind: 'disk' }
const second: AgentStep = { kind: 'second' }
const brokerKilled: AgentStep = { kind: 'broker_killed' }
const accepted = (seq: number, bootId = 'a'): AgentStep => ({ kind: 'accepted', bootId, seq })
const acknowledged = (seq: number, bootId = 'a'): AgentStep => ({ kind: 'acknowledged', bootId, seq })

/** `'a1 a2 a2!'`: boot and seq; `!` is a redelivery of the broker's. */
function arrivals(text: string): Arrival[] {
  return text.split(' ').map((word, atMs) => ({
    bootId: word[0]!,
    seq: Number.parseInt(word.slice(1), 10),
    payload: `payload of ${word.replace('!', '')}`,
    isRedelivery: word.endsWith('!'),
    atMs,
  }))
}

const process = (...steps: AgentStep[]): { steps: AgentStep[] } => ({ steps })

t.test('all that was accepted arrived once and in order', async (t) => {
  const log = process(connected, accepted(1), acknowledged(1), accepted(2), acknowledged(2))
  const verdict = judgeRound(arrivals('a1 a2'), [log])
  t.ok(isKept(verdict))
  t.match(verdict, { accepted: 2, arrived: 2, boots: 1, lost: [] })
})

t.test('an event missing between others is lost, accepted or not', async (t) => {
  const verdict = judgeRound(arrivals('a1 a3'), [process(connected)])
  t.same(verdict.lost, ['a/2'])
  t.notOk(isKept(verdict))
})

t.test(
  'an accepted event missing at the end is lost, and so is a boot of which nothing arrived',
  async (t) => {
    const logs = [
      process(connected, accepted(1), accepted(2)),
      process(accepted(1, 'b')),
      process(connected, accepted(1, 'c')),
    ]
    t.same(judgeRound(arrivals('a1 c1'), logs).lost, ['a/2', 'b/1'])
  },
)

t.test('order is that of the first arrivals of a boot', async (t) => {
  const log = process(connected, accepted(1), accepted(2), accepted(3), lost, connected)
  t.same(judgeRound(arrivals('a1 b1 a2 a1 a3'), [log]).disordered, [])
  t.same(judgeRound(arrivals('a1 a3 a2'), [log]).disordered, ['a/2'])
})

t.test('a repeat is explained by a connection that was lost before the acknowledgement', async (t) => {
  const log = process(connected, accepted(1), lost, connected, acknowledged(1))
  const verdict = judgeRound(arrivals('a1 a1'), [log])
  t.same(verdict.duplicates, { redelivered: 0, ackLost: 1, agentEnded: 0 })
  t.ok(isKept(verdict))
})

t.test('one connection explains one sending', async (t) => {
  const log = process(connected, accepted(1), lost, connected, acknowledged(1))
  t.same(judgeRound(arrivals('a1 a1 a1'), [log]).unexplained, ['a/1'])
  const late = process(accepted(1), connected, acknowledged(1))
  t.same(judgeRound(arrivals('a1 a1'), [late]).unexplained, ['a/1'], 'the first connection is no second one')
  const after = process(connected, accepted(1), acknowledged(1), lost, connected)
  t.same(judgeRound(arrivals('a1 a1'), [after]).unexplained, ['a/1'], 'it was acknowledged before')
})

t.test('a repeat is explained by a process that ended before it noted the acknowledgement', async (t) => {
  const before = process(connected, accepted(1))
  const verdict = judgeRound(arrivals('a1 a1'), [before, process(connected)])
  t.same(verdict.duplicates, { redelivered: 0, ackLost: 0, agentEnded: 1 })
  const noted = process(connected, accepted(1), acknowledged(1))
  t.same(judgeRound(arrivals('a1 a1'), [noted, process(connected)]).unexplained, ['a/1'])
})

t.test('an event that the agent was killed too early to speak of is no trouble', async (t) => {
  const verdict = judgeRound(arrivals('a1 a2 a2'), [process(connected, accepted(1)), process(connected)])
  t.ok(isKept(verdict))
  t.equal(verdict.duplicates.agentEnded, 1)
})

t.test('what the broker repeats to the ledger is not the agent’s', async (t) => {
  const log = process(connected, accepted(1), acknowledged(1))
  const verdict = judgeRound(arrivals('a1 a1!'), [log])
  t.same(verdict.duplicates, { redelivered: 1, ackLost: 0, agentEnded: 0 })
  t.ok(isKept(verdict))
})

t.test('a repeat with another content is changed', async (t) => {
  const log = process(connected, accepted(1), lost, connected)
  const [first, again] = arrivals('a1 a1')
  t.same(judgeRound([first!, { ...again!, payload: 'else' }], [log]).changed, ['a/1'])
})

t.test(
  'a killed broker may forget what it acknowledged in the seconds before, and nothing else',
  async (t) => {
    const log = process(
      connected,
      accepted(1),
      acknowledged(1),
      second,
      second,
      accepted(2),
      acknowledged(2),
      second,
      accepted(3),
      acknowledged(3),
      accepted(4),
      accepted(5),
      brokerKilled,
      acknowledged(4),
      lost,
      connected,
      accepted(6),
      acknowledged(6),
    )
    const verdict = judgeRound([], [log])
    t.equal(verdict.forgottenByBroker, 3)
    t.same(verdict.lost, ['a/1', 'a/5', 'a/6'])
    t.notOk(isKept(verdict))
    const spared = { steps: log.steps.filter((step) => step !== brokerKilled) }
    t.same(
      judgeRound([], [spared]).lost,
      ['a/1', 'a/2', 'a/3', 'a/4', 'a/5', 'a/6'],
      'a broker that was not killed may forget nothing',
    )
  },
)

t.test('what an agent heard in its last seconds may be forgotten by a broker that outlived it', async (t) => {
  const ended = process(connected, accepted(1), acknowledged(1))
  t.equal(judgeRound([], [ended, process(second, brokerKilled)]).forgottenByBroker, 1)
  t.same(judgeRound([], [ended, process(second, second, second, brokerKilled)]).lost, ['a/1'])
})

t.test('an agent that follows another in its process sends again what was not acknowledged', async (t) => {
  const log = process(began, connected, accepted(1), began, accepted(2), connected, acknowledged(1))
  t.equal(judgeRound(arrivals('a1 a1 a2'), [log]).duplicates.ackLost, 1)
  t.same(
    judgeRound(arrivals('a1 a2 a2'), [log]).unexplained,
    ['a/2'],
    'the connection of the one before is over',
  )
})

t.test('what was only in memory goes with its process, unless the agent had it on disk again', async (t) => {
  const logs = [
    process(accepted(1), memory, accepted(2), disk, accepted(3), memory, accepted(4)),
    process(connected),
  ]
  const verdict = judgeRound([], logs)
  t.equal(verdict.goneWithMemory, 1)
  t.same(verdict.lost, ['a/1', 'a/2', 'a/3'])
  const alive = [process(connected, memory, accepted(1))]
  t.same(judgeRound([], alive).lost, ['a/1'], 'nothing was taken away from a process that ended in peace')
})

t.test('a disk that failed may hold what it was told to forget', async (t) => {
  const logs = [process(connected, accepted(1), memory, acknowledged(1)), process(connected)]
  t.equal(judgeRound(arrivals('a1 a1'), logs).duplicates.agentEnded, 1)
})
