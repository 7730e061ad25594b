import t from 'tap'
import { stampOf } from '../../src/publish/stamp-of.js'
import { emotionMessage } from '../../src/publish/payloads.js'
import { createTopics } from '../../src/publish/topics.js'
import { SAMPLE_EVENT } from '../support/sample-event.js'

t.test('the log names an event by its boot and number', async (t) => {
  const event = SAMPLE_EVENT
  const { boot_id, seq } = event
  t.same(stampOf(emotionMessage(createTopics('t1'), event)), { boot_id, seq })
})

t.test('a message without a stamp has no name', async (t) => {
  for (const payload of ['{"n":1}', 'not JSON']) {
    t.same(stampOf({ topic: 'x', payload, qos: 1, retain: false, kind: 'event' }), {})
  }
})
