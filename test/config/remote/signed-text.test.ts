import fc from 'fast-check'
import t from 'tap'
import { canonicalJson, signedText } from '../../../src/config/remote/signed-text.js'
import { AffectdError } from '../../../src/errors.js'

/** The double whose bits these are, as RFC 8785 appendix B gives them. */
function fromBits(hex: string): number {
  return Buffer.from(hex, 'hex').readDoubleBE()
}

t.test('the example of RFC 8785 3.2.2 has the form of 3.2.3', (t) => {
  const value: unknown = JSON.parse(String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`)
  t.equal(
    canonicalJson(value),
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  )
  t.end()
})

t.test('keys are sorted by UTF-16 code units, as the example of RFC 8785 3.2.3 is', (t) => {
  const value: unknown = JSON.parse(String.raw`{
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis"
  }`)
  const order = Object.values(JSON.parse(canonicalJson(value).replace('"1"', '"one"')) as object)
  t.same(order, [
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ])
  t.end()
})

t.test('numbers are written as appendix B of RFC 8785 says', (t) => {
  const vectors = {
    '0000000000000000': '0',
    '8000000000000000': '0',
    '0000000000000001': '5e-324',
    '8000000000000001': '-5e-324',
    '7fefffffffffffff': '1.7976931348623157e+308',
    '4340000000000000': '9007199254740992',
    '4430000000000000': '295147905179352830000',
    '44b52d02c7e14af5': '9.999999999999997e+22',
    '44b52d02c7e14af6': '1e+23',
    '44b52d02c7e14af7': '1.0000000000000001e+23',
    '444b1ae4d6e2ef4e': '999999999999999700000',
    '444b1ae4d6e2ef50': '1e+21',
    '3eb0c6f7a0b5ed8c': '9.999999999999997e-7',
    '3eb0c6f7a0b5ed8d': '0.000001',
  }
  for (const [bits, text] of Object.entries(vectors)) t.equal(canonicalJson(fromBits(bits)), text, bits)
  for (const bits of ['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000']) {
    t.throws(() => canonicalJson(fromBits(bits)), { code: 'CONFIG_INVALID_VALUE' }, bits)
  }
  t.end()
})

t.test('what JSON cannot say has no canonical form', (t) => {
  for (const value of [undefined, () => 1, Symbol('s'), 1n, '\ud800', { '\udc00': 1 }, [undefined]]) {
    t.throws(() => canonicalJson(value), { code: 'CONFIG_INVALID_VALUE' })
  }
  const deep: unknown = JSON.parse('['.repeat(5000) + ']'.repeat(5000))
  t.throws(() => canonicalJson(deep), { code: 'CONFIG_INVALID_VALUE' })
  t.end()
})

t.test('any JSON value keeps its meaning, whatever the order of its keys', (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      let text: string
      try {
        text = canonicalJson(value)
      } catch (error) {
        return error instanceof AffectdError
      }
      return (
        canonicalJson(JSON.parse(text)) === text &&
        JSON.stringify(reversed(JSON.parse(text))) === JSON.stringify(reversed(value)) &&
        canonicalJson(reversed(value)) === text
      )
    }),
  )
  t.end()
})

t.test('what is signed is four lines, without a line feed at the end', (t) => {
  t.equal(
    signedText('device/bus-12', 7, { affect: { min_confidence: 0.5 } }),
    'affectd.config/1\ndevice/bus-12\n7\n{"affect":{"min_confidence":0.5}}',
  )
  t.equal(signedText('group/buses', 1, {}), 'affectd.config/1\ngroup/buses\n1\n{}')
  const deviceText = signedText('device/a', 1, {})
  t.not(deviceText, signedText('group/a', 1, {}))
  t.not(deviceText, signedText('device/a', 2, {}))
  t.end()
})

/** The same value with every object's keys in descending order. */
function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(reversed)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? 1 : -1))
  return Object.fromEntries(entries.map(([key, below]) => [key, reversed(below)]))
}
