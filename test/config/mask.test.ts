import fc from 'fast-check'
import t from 'tap'
import { MASK, masked } from '../../src/config/mask.js'

const open = {}

t.test('a secret that is set is masked, one that is not is shown as empty', async (t) => {
  t.equal(masked('hunter2', { sensitive: true }), MASK)
  t.equal(masked('', { sensitive: true }), '')
})

t.test('the password in a URL is masked, the rest stays', async (t) => {
  t.equal(masked('mqtt://localhost:1883', open), 'mqtt://localhost:1883')
  t.equal(masked('mqtt://u:hunter2@host:1883', open), 'mqtt://u:***@host:1883')
  t.equal(masked('wss://u:hun@ter2@host/path?x=a@b', open), 'wss://u:***@b')
  t.equal(masked('mqtt://token@host', open), 'mqtt://***@host')
  t.equal(masked(30, open), 30)
})

t.test('all before the last @ of a broker’s address is masked, URL or not', async (t) => {
  const url = { holdsCredentials: true }
  t.equal(masked('mqtt://u:p/w@host', url), 'mqtt://u:***@host')
  t.equal(masked('mqtt://u:p?w#x@host', url), 'mqtt://u:***@host')
  t.equal(masked('mqtt://p/w:x@host', url), 'mqtt://***@host')
  t.equal(masked('u:geheim@host', url), '***@host')
  t.equal(masked('mqtt:/u:geheim@host', url), '***@host')
  t.equal(masked('localhost:1883', url), 'localhost:1883')
  t.equal(masked(['mqtt://u:geheim@host'], url), MASK)
  t.equal(masked('mic@usb', open), 'mic@usb', 'an @ elsewhere is no secret')
})

t.test('no password of a URL shows, whatever it is made of', async () => {
  const password = fc.stringMatching(/^[A-Za-z0-9:@!$&*+,;=._~/?#-]{6,30}$/)
  fc.assert(
    fc.property(password, (secret) => !String(masked(`mqtt://user:${secret}@host:1`, open)).includes(secret)),
  )
})
