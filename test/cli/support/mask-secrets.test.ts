import fc from 'fast-check'
import t from 'tap'
import { createMasker } from '../../../src/cli/support/mask-secrets.js'

t.test('a known secret is nowhere in a text, whatever stands around it', async () => {
  const secret = fc.string({ minLength: 4, maxLength: 40 }).filter((text) => !'***'.includes(text.trim()))
  const around = fc.string({ maxLength: 40 })
  fc.assert(
    fc.property(secret, around, around, (secret, before, after) => {
      const mask = createMasker([secret])
      for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret)]) {
        if (mask(`${before}${form}${after}`).includes(secret)) return false
      }
      return true
    }),
    { examples: [['$&$1', 'a', 'b']] },
  )
})

t.test('a short secret is masked where it is a word of its own, and text stays text', async (t) => {
  const mask = createMasker(['pi', ''])
  t.equal(mask('the pi of a pipe, "pi"'), 'the *** of a pipe, "***"')
})

t.test('what is a secret by its name is masked, and what only names a file is not', async (t) => {
  const mask = createMasker([])
  for (const [text, masked] of [
    ['password=abc def', 'password=*** def'],
    ['"token": "abc"', '"token": "***"'],
    ['{"password":"a,b}c d\\"e","id":"bus"}', '{"password":"***","id":"bus"}'],
    ["password = 'hun ter2' # mine", "password = '***' # mine"],
    ['"{\\"token\\":\\"a b\\",\\"id\\":1}"', '"{\\"token\\":\\"***\\",\\"id\\":1}"'],
    ['password=a,b}c;d)e next', 'password=*** next'],
    ['X-Api-Key: abc', 'X-Api-Key: ***'],
    ['Authorization: Basic YWJjZGVm', 'Authorization: ***'],
    [
      'mqtt.password_file   "/etc/affectd/password"   file',
      'mqtt.password_file   "/etc/affectd/password"   file',
    ],
    ['-----BEGIN EC PRIVATE KEY-----\nabc', '(private key ***)'],
    ['a\u001b[2Jb\r\n', 'a?[2Jb?\n'],
  ] as const) {
    t.equal(mask(text), masked)
  }
})
