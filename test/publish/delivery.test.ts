import t from 'tap'
import { Delivery } from '../../src/publish/delivery.js'
import type { OutboxEntry } from '../../src/publish/outbox.js'

const entries = (...positions: number[]): OutboxEntry[] =>
  positions.map((position) => ({
    position,
    message: { topic: 't', payload: '', qos: 1, retain: false, kind: 'event' },
  }))
const positions = (taken: readonly OutboxEntry[]): number[] => taken.map(({ position }) => position)

t.test('a window of events goes out in order, and the next as one is acknowledged', (t) => {
  const delivery = new Delivery(3)
  t.same(positions(delivery.take(entries(1, 2, 3, 4), 99)), [1, 2, 3])
  t.same(positions(delivery.take(entries(1, 2, 3, 4), 99)), [])
  t.same(delivery.acknowledged(1), [])
  t.same(positions(delivery.take(entries(2, 3, 4), 99)), [4])
  t.end()
})

t.test('other traffic can leave no room', (t) => {
  const delivery = new Delivery(3)
  t.same(positions(delivery.take(entries(1, 2, 3), 1)), [1])
  t.same(positions(delivery.take(entries(1, 2, 3), 0)), [])
  t.end()
})

t.test('after a loss the oldest goes alone until it is acknowledged', (t) => {
  const delivery = new Delivery(3)
  delivery.take(entries(1, 2, 3), 99)
  delivery.connectionLost()
  t.same(positions(delivery.take(entries(1, 2, 3), 99)), [1])
  t.same(positions(delivery.take(entries(1, 2, 3), 99)), [])
  delivery.acknowledged(1)
  t.same(positions(delivery.take(entries(2, 3), 99)), [2, 3])
  t.end()
})

t.test('an idle connection that is lost changes nothing', (t) => {
  const delivery = new Delivery(2)
  delivery.connectionLost()
  t.same(positions(delivery.take(entries(1, 2), 99)), [1, 2])
  t.end()
})

/** Lets the broker answer whatever is sent, until nothing is left or so many rounds are over. */
function play(accepts: (position: number) => boolean, failure: 'refusal' | 'loss', rounds: number): number[] {
  const delivery = new Delivery(4)
  const fate: number[] = []
  let left = entries(1, 2, 3, 4, 5)
  for (let round = 0; round < rounds && left.length > 0; round++) {
    for (const { position } of delivery.take(left, 99)) {
      if (accepts(position)) {
        const gone = [position, ...delivery.acknowledged(position).map((suspect) => -suspect)]
        left = left.filter((entry) => !gone.includes(entry.position) && !gone.includes(-entry.position))
        fate.push(...gone)
      } else if (failure === 'refusal') {
        delivery.refused(position)
      } else {
        delivery.connectionLost()
        break
      }
    }
  }
  return fate
}

for (const failure of ['refusal', 'loss'] as const) {
  t.test(`an event that never gets through (${failure}) is given up, and the rest arrive`, (t) => {
    const fate = play((position) => position !== 2, failure, 100)
    t.ok(fate.includes(-2), 'the second is given up')
    t.same([...fate.filter((position) => position > 0)].sort(), [1, 3, 4, 5])
    t.end()
  })

  t.test(`a broker that takes nothing (${failure}) costs no event`, (t) => {
    t.same(
      play(() => false, failure, 500),
      [],
    )
    t.end()
  })
}

t.test('an event that fails a few times is kept', (t) => {
  let failures = 0
  t.same(
    play((position) => position !== 1 || ++failures > 5, 'loss', 100),
    [1, 2, 3, 4, 5],
  )
  t.end()
})
