import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { discovery, homeAssistantRig as rig, TOPIC } from '../../support/home-assistant-rig.js'
import { hostileCorpus } from '../../support/hostile-corpus.js'

t.test('switched on, the discovery is published at the start', (t) => {
  const { published, topics } = rig(true)
  t.same(published, [discovery])
  t.same(topics(), ['homeassistant/status'])
  t.end()
})

t.test('each birth of Home Assistant is answered once, after a delay of its own for each device', (t) => {
  const { published, hear, clock } = rig(true)
  hear('homeassistant/status', 'online')
  hear('homeassistant/status', 'online')
  clock.advance(4999)
  t.equal(published.length, 1, 'not yet')
  clock.advance(1)
  t.same(published, [discovery, discovery])
  hear('homeassistant/status', 'online')
  clock.advance(10_000)
  t.equal(published.length, 3, 'and again after the next one')
  const early = rig(true, 'homeassistant', 0)
  early.hear('homeassistant/status', 'online')
  early.clock.advance(0)
  t.equal(early.published.length, 2)
  t.end()
})

t.test('what is no birth is not answered', (t) => {
  const { published, hear, clock } = rig(true)
  hear('homeassistant/status', 'offline')
  hear('homeassistant/status', '')
  hear('homeassistant/status', 'online', true)
  t.equal(clock.timers, 0)
  clock.advance(60_000)
  t.equal(published.length, 1)
  t.end()
})

t.test('with a discovery prefix of its own, the birth is heard where either could be said', (t) => {
  t.same(rig(true, 'ha').topics(), ['homeassistant/status', 'ha/status'])
  t.end()
})

t.test('once stopped, a birth that was heard is not answered', (t) => {
  const { published, hear, clock, homeAssistant } = rig(true)
  hear('homeassistant/status', 'online')
  homeAssistant.stop()
  clock.advance(60_000)
  t.equal(published.length, 1)
  t.end()
})

t.test('a discovery that changes while running is published at once, and after later births', (t) => {
  const { published, hear, clock, homeAssistant } = rig(true)
  const changed = { ...discovery, payload: '{"a":2}' }
  homeAssistant.update(changed)
  hear('homeassistant/status', 'online')
  clock.advance(10_000)
  t.same(published, [discovery, changed, changed])
  const off = rig(false)
  off.homeAssistant.update(changed)
  t.same(off.published, [], 'but not when switched off')
  t.end()
})

t.test('switched off, nothing is published unless the broker holds a discovery: that is removed', (t) => {
  const { published, topics, hear } = rig(false)
  t.same(published, [])
  t.same(topics(), [TOPIC])
  hear(TOPIC, '{"a":0}', true)
  t.same(published, [{ ...discovery, payload: '' }])
  hear(TOPIC, '')
  t.equal(published.length, 1, 'the removal that comes back is left alone')
  t.end()
})

t.test(
  'whatever is said in its name, the discovery alone is published, and not oftener than once a delay',
  (t) => {
    const words = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.constantFrom(...hostileCorpus),
      fc.constant(Buffer.from('online')),
      fc.constantFrom('offline', 'online ', 'Online', '\u0000').map((text) => Buffer.from(text)),
    )
    const topics = fc.constantFrom('homeassistant/status', 'ha/status', TOPIC)
    const said = fc.array(fc.tuple(topics, words, fc.boolean()), { maxLength: 20, size: 'max' })
    let births = 0
    fc.assert(
      fc.property(said, fc.boolean(), (messages, isOn) => {
        const { published, hear, clock } = rig(isOn, 'ha')
        for (const message of messages) hear(...message)
        const isBorn = messages.some(
          ([topic, payload, retain]) =>
            topic !== TOPIC && !retain && Buffer.from(payload).equals(Buffer.from('online')),
        )
        const removals = messages.filter(([topic, { length }]) => topic === TOPIC && length > 0).length
        births += isOn && isBorn ? 1 : 0
        const isQuiet = clock.timers === (isOn && isBorn ? 1 : 0)
        clock.advance(10_000)
        const expected = isOn
          ? isBorn
            ? [discovery, discovery]
            : [discovery]
          : Array.from({ length: removals }, () => ({ ...discovery, payload: '' }))
        return isQuiet && isDeepStrictEqual(published, expected)
      }),
    )
    t.ok(births > 3, `${births} births`)
    t.end()
  },
)
