import fc from 'fast-check'
import t from 'tap'
import { AffectdError } from '../../src/errors.js'
import { backoffDelayMs } from '../../src/backoff.js'
import { parseBrokerUrl } from '../../src/publish/broker-url.js'
import { downCause } from '../../src/publish/down-cause.js'

t.test('a broker URL is taken apart, and shown without its credentials', (t) => {
  t.match(parseBrokerUrl('mqtt://localhost'), { scheme: 'mqtt', host: 'localhost', port: 1883, path: '' })
  t.match(parseBrokerUrl('mqtts://u%40x:p%2Fq@[::1]:9999/'), {
    scheme: 'mqtts',
    host: '::1',
    port: 9999,
    username: 'u@x',
    password: 'p/q',
    shown: 'mqtts://[::1]:9999',
  })
  t.match(parseBrokerUrl('wss://h/mqtt?token=x'), {
    port: 443,
    path: '/mqtt?token=x',
    shown: 'wss://h:443/mqtt',
  })
  t.end()
})

t.test('what is no broker URL is refused without repeating its credentials', (t) => {
  for (const url of [
    '',
    'localhost:1883',
    'http://u:hush@h',
    'mqtt://',
    'mqtt://h:0',
    'mqtt://h/path',
    'mqtt://%zz:hush@h',
  ]) {
    t.throws(() => parseBrokerUrl(url), { code: 'CONFIG_BROKER_URL' }, url)
    try {
      parseBrokerUrl(url)
    } catch (error) {
      t.notMatch((error as Error).message, /hush/)
    }
  }
  fc.assert(
    fc.property(fc.string(), (url) => {
      try {
        parseBrokerUrl(url)
        return true
      } catch (error) {
        return error instanceof AffectdError
      }
    }),
  )
  t.end()
})

t.test('the backoff doubles up to its cap and never falls below half of it', (t) => {
  const range = { baseMs: 1000, capMs: 30_000 }
  const longest = [1, 2, 3, 4, 5, 6, 7, 1000].map((failures) => backoffDelayMs(failures, range, () => 1))
  t.same(longest, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  t.equal(
    backoffDelayMs(1, range, () => 0),
    500,
  )
  t.end()
})

t.test('causes are told apart by who must act', (t) => {
  const codeOf = (code: unknown, message = ''): string => downCause({ code, message }).code
  for (const code of [
    4,
    5,
    134,
    135,
    132,
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'EPROTO',
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ]) {
    t.equal(codeOf(code), 'PUBLISH_REFUSED', String(code))
  }
  for (const code of [3, 136, 137, 151, 200, 'ECONNREFUSED', 'ENOTFOUND', 'EWHATEVER', undefined]) {
    t.equal(codeOf(code, 'x'), 'PUBLISH_UNREACHABLE', String(code))
  }
  t.equal(downCause({ message: 'Keepalive timeout' }).text, 'the broker fell silent')
  t.equal(downCause({ message: 'connack timeout' }).text, 'no answer')
  t.end()
})
