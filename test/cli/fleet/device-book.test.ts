import fc from 'fast-check'
import t from 'tap'
import { compareConfigs } from '../../../src/cli/fleet/compare-configs.js'
import { DeviceBook } from '../../../src/cli/fleet/device-book.js'
import { parseFleetTopic } from '../../../src/cli/fleet/fleet-topics.js'
import { parseReported } from '../../../src/cli/fleet/reported.js'
import { parseRollbackResponse } from '../../../src/cli/fleet/rollback.js'
import { selectDevices } from '../../../src/cli/fleet/select-devices.js'
import { AffectdError } from '../../../src/errors.js'
import type { JsonObject } from '../../../src/hostile-json.js'

const NAMES = ['status', 'info', 'health', 'listening', 'config/reported', 'config/desired', 'alert/x', '']
const online = '{"state":"online","reason":null,"time":"2026-11-21T08:00:00.000Z"}'
const REPORTED = {
  revision: 7,
  status: 'applied',
  error: null,
  group: 'buses',
  group_revision: 3,
  group_status: 'applied',
  group_error: null,
  confirmed: false,
  trial_until: '2026-11-21T08:02:00.000Z',
  refused: null,
  effective: { affect: { min_confidence: 0.5 } },
  time: '2026-11-21T08:00:00.000Z',
}

function hear(book: DeviceBook, topic: string, payload: string | Uint8Array): void {
  book.accept({ topic, payload: Buffer.from(payload) })
}

t.test('a topic is a device’s or a group’s, or nobody’s', (t) => {
  t.same(parseFleetTopic('a/b/bus-1/config/reported', 'a/b'), {
    kind: 'device',
    id: 'bus-1',
    name: 'config/reported',
  })
  t.same(parseFleetTopic('p/_group/city/config/desired', 'p'), {
    kind: 'group',
    group: 'city',
    name: 'config/desired',
  })
  for (const topic of [
    'p',
    'p/',
    'p/x',
    'px/a/status',
    'p/a b/status',
    'p/_group/city',
    'p/_group/a b/x',
    'q/a/status',
  ]) {
    t.equal(parseFleetTopic(topic, 'p'), undefined, topic)
  }
  t.end()
})

t.test('the newest of each topic counts; what is cleared or cannot be read is not known', (t) => {
  const book = new DeviceBook('p')
  hear(book, 'p/bus-10/status', online)
  hear(book, 'p/bus-2/status', online)
  hear(book, 'p/bus-2/config/reported', JSON.stringify(REPORTED))
  hear(book, 'p/bus-2/config/desired', '{"revision":7,"patch":{}}')
  hear(book, 'p/_group/buses/config/desired', '{"revision":3,"patch":{}}')
  t.same(
    book.devices.map(({ id }) => id),
    ['bus-2', 'bus-10'],
  )
  t.match(book.device('bus-2'), {
    status: { state: 'online' },
    reported: { device: { revision: 7 }, group: { revision: 3 }, groupName: 'buses', confirmed: false },
    desired: { revision: 7 },
  })
  t.match(book.groupDesired('buses'), { revision: 3 })
  hear(book, 'p/bus-2/config/reported', '{')
  hear(book, 'p/bus-2/config/desired', '{"revision":0,"patch":{}}')
  hear(book, 'p/bus-2/status', '')
  hear(book, 'p/_group/buses/config/desired', '[]')
  t.match(book.device('bus-2'), { reported: undefined, desired: 'unreadable', status: undefined })
  t.ok(book.device('bus-2').unreadable.has('config/reported'))
  t.equal(book.groupDesired('buses'), 'unreadable')
  hear(book, 'p/never/status', '')
  t.equal(book.devices.length, 2, 'a topic that is cleared makes nobody known')
  const selector = { isAll: false, ids: ['bus-2', 'new'], patterns: [], groups: [] }
  t.same(
    selectDevices(book, selector).map(({ id }) => id),
    ['bus-2', 'new'],
  )
  t.end()
})

t.test('devices and groups that a stranger makes up are bounded and counted', (t) => {
  const book = new DeviceBook('p', 3)
  for (let i = 0; i < 10; i++) {
    hear(book, `p/d${i}/status`, online)
    hear(book, `p/_group/g${i}/config/desired`, '{"revision":3,"patch":{}}')
  }
  t.equal(book.devices.length, 3)
  t.equal(book.overflow, 14)
  hear(book, 'p/d1/status', online)
  t.equal(book.overflow, 14, 'those that are known are still heard')
  t.end()
})

t.test('whatever is heard, nothing escapes and no name is more than a name', (t) => {
  const id = fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', '_group', 'a', 'ü', '')
  const name = fc.constantFrom(...NAMES)
  const field = fc.constantFrom(
    ...Object.keys(REPORTED),
    'state',
    'listening',
    'versions',
    'model',
    '__proto__',
    'patch',
  )
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .dictionary(field, fc.jsonValue())
      .map((fields) => Buffer.from(JSON.stringify({ ...REPORTED, ...fields }))),
    fc.constant(Buffer.from('['.repeat(20_000))),
    fc.constant(Buffer.from('{"effective":'.repeat(2_000))),
  )
  const book = new DeviceBook('p', 50)
  fc.assert(
    fc.property(id, name, payload, (id, name, payload) => {
      book.accept({ topic: `p/${id}/${name}`, payload })
      const configs = new Map(
        book.devices.flatMap(({ id, reported }) => (reported ? [[id, reported.effective]] : [])),
      )
      compareConfigs(configs, [])
      parseRollbackResponse(payload, 'x')
      try {
        parseReported(payload)
      } catch (error) {
        if (!(error instanceof AffectdError)) throw error
      }
      return Object.keys(Object.prototype).length === 0 && ({} as JsonObject)['status'] === undefined
    }),
    { numRuns: 500 },
  )
  t.ok(book.devices.some(({ id }) => id === '__proto__'))
  t.end()
})

t.test('where devices differ, each value says whose it is', (t) => {
  const configs = new Map<string, JsonObject>([
    ['a', { log: { level: 'info' }, x: { y: [1] } }],
    ['b', { log: { level: 'warn' }, x: { y: [1] } }],
    ['c', { log: { level: 'warn' } }],
  ])
  t.same(compareConfigs(configs, []), [
    { key: 'log.level', value: '"warn"', ids: ['b', 'c'] },
    { key: 'log.level', value: '"info"', ids: ['a'] },
    { key: 'x.y', value: '[1]', ids: ['a', 'b'] },
    { key: 'x.y', value: 'absent', ids: ['c'] },
  ])
  t.same(
    compareConfigs(configs, ['log.*']).map(({ key }) => key),
    ['log.level', 'log.level'],
  )
  t.same(compareConfigs(configs, ['nothing.here']), [])
  t.end()
})

t.test('only the answer to its own question ends a rollback', (t) => {
  const answer = (value: unknown): unknown =>
    parseRollbackResponse(Buffer.from(JSON.stringify(value)), 'mine')
  t.match(answer({ transaction: 'mine', status: 'ok', data: {} }), { kind: 'rolled back' })
  t.match(answer({ transaction: 'mine', status: 'error', error: { code: 'C', message: 'm' } }), {
    kind: 'failed',
    error: { code: 'C', message: 'm' },
  })
  t.match(answer({ transaction: 'mine', status: 'error', error: 7 }), { kind: 'failed' })
  for (const other of [{ transaction: 'other', status: 'ok' }, { status: 'ok' }, [], 7])
    t.equal(answer(other), undefined)
  t.end()
})
