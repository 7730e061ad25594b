import t from 'tap'
import { PRIVACY_MODES } from '../../src/config/privacy-keys.js'
import { DISCLOSURES, lets, withheldBy } from '../../src/publish/privacy-modes.js'
import type { Message } from '../../src/publish/publisher.js'
import { SAMPLE_TOPICS, sampleMessages } from '../support/sample-messages.js'

t.test('each mode lets out what the one before it does, and less', async (t) => {
  const told = PRIVACY_MODES.map((mode) => DISCLOSURES.filter((what) => lets(mode, what)))
  t.same(told, [['emotion', 'state', 'alert', 'summary'], ['alert', 'summary'], ['summary'], []])
})

t.test('what waits of a less strict time is kept back', async (t) => {
  const samples = sampleMessages()
  const aggregate = { ...samples['summary'], payload: '{"period":{"kind":"aggregate"}}' } as Message
  const withheld = (mode: (typeof PRIVACY_MODES)[number]): string[] =>
    Object.entries({ ...samples, aggregate })
      .filter(([, message]) => withheldBy(mode, SAMPLE_TOPICS)(message))
      .map(([name]) => name)
  t.same(withheld('full'), [])
  t.same(withheld('alerts-only'), ['emotion'])
  t.same(withheld('aggregate'), ['emotion', 'alert', 'summary'])
  t.same(withheld('off'), ['emotion', 'alert', 'summary', 'aggregate'])
})
