import fc from 'fast-check'
import t from 'tap'
import { ConfigError } from '../../src/errors.js'
import { createTopics } from '../../src/publish/topics.js'

t.test('contract: the topics of a device', (t) => {
  const topics = createTopics('bus-12')
  t.same(
    {
      ...topics,
      alert: topics.alert('anger'),
      groupConfigDesired: topics.groupConfigDesired('buses'),
      response: topics.response('config/get'),
      verbOf: undefined,
    },
    {
      base: 'affectd/bus-12',
      status: 'affectd/bus-12/status',
      info: 'affectd/bus-12/info',
      emotion: 'affectd/bus-12/emotion',
      state: 'affectd/bus-12/state',
      listening: 'affectd/bus-12/listening',
      health: 'affectd/bus-12/health',
      summary: 'affectd/bus-12/summary',
      alert: 'affectd/bus-12/alert/anger',
      configDesired: 'affectd/bus-12/config/desired',
      configReported: 'affectd/bus-12/config/reported',
      groupConfigDesired: 'affectd/_group/buses/config/desired',
      requests: 'affectd/bus-12/request/#',
      response: 'affectd/bus-12/response/config/get',
      verbOf: undefined,
    },
  )
  t.equal(createTopics('a', 'city/fleet').emotion, 'city/fleet/a/emotion')
  t.end()
})

t.test('a request topic gives its verb, any other topic none', (t) => {
  const topics = createTopics('d')
  t.equal(topics.verbOf('affectd/d/request/ping'), 'ping')
  t.equal(topics.verbOf('affectd/d/request/config/get'), 'config/get')
  t.equal(topics.verbOf('affectd/d/request/'), undefined)
  t.equal(topics.verbOf('affectd/e/request/ping'), undefined)
  t.equal(topics.verbOf('affectd/d/response/ping'), undefined)
  t.end()
})

t.test('device ids and prefixes that break topics are refused', (t) => {
  for (const id of ['', '_group', 'a/b', 'a+', '#', 'ä', 'a b', 'x'.repeat(65), 'a\n']) {
    t.throws(() => createTopics(id), { code: 'CONFIG_INVALID_VALUE' }, JSON.stringify(id))
  }
  for (const prefix of ['', '/a', 'a/', 'a//b', 'a/+', '#', '$SYS', 'a\u0000', 'x'.repeat(201)]) {
    t.throws(() => createTopics('d', prefix), { code: 'CONFIG_INVALID_VALUE' }, JSON.stringify(prefix))
  }
  t.end()
})

t.test('whatever is accepted makes topics without wildcards or empty levels', (t) => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (id, prefix) => {
      try {
        const { emotion } = createTopics(id, prefix)
        return !/[+#\u0000]/.test(emotion) && emotion.split('/').every((level) => level !== '')
      } catch (error) {
        return error instanceof ConfigError
      }
    }),
  )
  t.end()
})
