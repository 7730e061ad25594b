import t from 'tap'
import { createMasker } from '../../../src/cli/support/mask-secrets.js'
import { gathered } from '../../../src/cli/support/section.js'

t.test('a secret through which the text is cut is masked first', async (t) => {
  const secret = 'geheimnis-von-bus-12'
  const section = { title: `log of ${secret}`, gather: () => `a ${secret}, b`, maxChars: 12 }
  const text = await gathered(section, createMasker([secret]))
  t.equal(text, '== log of *** ==\na ***, b\n')
  const cut = await gathered({ ...section, maxChars: 4 }, createMasker([secret]))
  t.equal(cut, '== log of *** ==\n… (only its last 4 characters)\n*, b\n')
})

t.test('what cannot be had is said in its place, and without secrets', async (t) => {
  const gather = (): string => {
    throw new Error('no file named geheimnis')
  }
  const text = await gathered({ title: 'x', gather }, createMasker(['geheimnis']))
  t.equal(text, '== x ==\n(not to be had: no file named ***)\n')
})
