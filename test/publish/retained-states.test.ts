import t from 'tap'
import { RetainedStates } from '../../src/publish/retained-states.js'
import type { Message } from '../../src/publish/publisher.js'

const state = (topic: string, payload: string): Message => ({
  topic,
  payload,
  qos: 1,
  retain: true,
  kind: 'state',
})

function takeAll(states: RetainedStates): string[] {
  const taken: string[] = []
  for (let next = states.take(); next !== undefined; next = states.take())
    taken.push(next.topic + next.payload)
  return taken
}

t.test('only the newest of a topic is sent', (t) => {
  const states = new RetainedStates()
  states.set(state('a', '1'))
  states.set(state('b', '1'))
  states.set(state('a', '2'))
  t.same(takeAll(states), ['a2', 'b1'])
  t.same(takeAll(states), [])
  t.end()
})

t.test('an answer to an older message does not settle a newer one', (t) => {
  const states = new RetainedStates()
  const old = state('a', '1')
  states.set(old)
  states.take()
  states.set(state('a', '2'))
  states.done(old, false)
  t.equal(states.pending, 1)
  t.same(takeAll(states), ['a2'])
  t.end()
})

t.test('a new connection gets the greeting first and then all of them again', (t) => {
  const states = new RetainedStates()
  for (const message of [state('a', '1'), state('status', 'old')]) {
    states.set(message)
    states.take()
    states.done(message, false)
  }
  t.equal(states.pending, 0)
  states.restart(state('status', 'new'))
  t.same(takeAll(states), ['statusnew', 'a1'])
  t.end()
})

t.test('a refused state waits for its retry and holds nobody up', (t) => {
  const states = new RetainedStates()
  const message = state('a', '1')
  states.set(message)
  states.take()
  states.done(message, true)
  t.equal(states.pending, 0)
  t.same(takeAll(states), [])
  states.retryRefused()
  t.same(takeAll(states), ['a1'])
  t.end()
})
