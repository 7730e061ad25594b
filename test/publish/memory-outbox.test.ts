import fc from 'fast-check'
import t from 'tap'
import { MemoryOutbox } from '../../src/publish/memory-outbox.js'
import type { Message } from '../../src/publish/publisher.js'

const message = (n: number): Message => ({
  topic: 't',
  payload: String(n),
  qos: 1,
  retain: false,
  kind: 'event',
})

t.test('an outbox never exceeds its bound, keeps order and counts what it drops', async (t) => {
  const step = fc.oneof(fc.constant('append' as const), fc.constant('remove' as const), fc.nat({ max: 10 }))
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      fc.array(step, { maxLength: 100 }),
      async (limit, steps) => {
        const outbox = new MemoryOutbox(limit)
        const model: number[] = []
        let appended = 0
        let dropped = 0
        for (const what of steps) {
          if (what === 'append') {
            await outbox.append(message(appended))
            model.push(appended++)
            if (model.length > limit) {
              model.shift()
              dropped += 1
            }
          } else {
            const entries = await outbox.oldest(limit)
            const index = what === 'remove' ? 0 : what
            const entry = entries[index]
            if (entry !== undefined) {
              await outbox.remove(entry.position)
              model.splice(index, 1)
            }
          }
          const held = (await outbox.oldest(limit + 1)).map((entry) => Number(entry.message.payload))
          t.same(held, model)
          if (outbox.depth > limit || outbox.depth !== model.length || outbox.dropped !== dropped)
            return false
        }
        return true
      },
    ),
  )
})

t.test('who waits for space goes on when an event leaves', async (t) => {
  const outbox = new MemoryOutbox(1)
  t.ok(outbox.hasSpace)
  await outbox.waitForSpace()
  await outbox.append(message(0))
  t.notOk(outbox.hasSpace)
  let isFree = false
  const waiting = outbox.waitForSpace().then(() => (isFree = true))
  await Promise.resolve()
  t.notOk(isFree)
  const [entry] = await outbox.oldest(1)
  await outbox.remove(entry?.position ?? 0)
  await waiting
  t.ok(isFree && outbox.hasSpace)
})

t.test('closing lets waiters go', async (t) => {
  const outbox = new MemoryOutbox(1)
  await outbox.append(message(0))
  const waiting = outbox.waitForSpace()
  await outbox.close()
  await waiting
  t.pass('released')
})

t.test('alerts outlast events, and states are none of its business', async (t) => {
  const outbox = new MemoryOutbox(2)
  const kinds = ['alert', 'event', 'state', 'alert', 'event', 'alert'] as const
  for (const [n, kind] of kinds.entries()) await outbox.append({ ...message(n), kind })
  t.same(
    (await outbox.oldest(9)).map((entry) => entry.message.payload),
    ['3', '5'],
    'no event takes the place of an alert; among alerts the oldest goes',
  )
  t.equal(outbox.dropped, 3)
})
