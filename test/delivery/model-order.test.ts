import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { signedText } from '../../src/config/remote/signed-text.js'
import { checkOrder, orderJson, orderText, parseOrder, signOrder } from '../../src/delivery/model-order.js'
import { signText } from '../../src/ed25519.js'
import { ModelError } from '../../src/errors.js'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const other = generateKeyPairSync('ed25519').privateKey
const PLAIN = { id: 'affect-cnn-3', size: 153_711, sha256: 'ab'.repeat(32) }
const ORDER = signOrder(privateKey, PLAIN)

function codeOf(value: unknown): string {
  try {
    checkOrder(publicKey, parseOrder(value))
    return 'taken'
  } catch (error) {
    if (error instanceof ModelError) return error.code
    throw error
  }
}

t.test('contract: what is signed of an order', async (t) => {
  t.equal(orderText(PLAIN), `affectd.model-order/1\naffect-cnn-3\n153711\n${'ab'.repeat(32)}`)
  t.same(Object.keys(orderJson(ORDER)), ['schema', 'id', 'size', 'sha256', 'signature'])
  t.same(parseOrder(JSON.parse(JSON.stringify(orderJson(ORDER)))), ORDER)
})

t.test('an order counts as it was signed and in no other way', async (t) => {
  const json = orderJson(ORDER)
  t.equal(codeOf(json), 'taken')
  t.equal(codeOf({ ...json, more: 1 }), 'taken', 'unknown fields are ignored')
  const changes = [{ id: 'affect-cnn-4' }, { size: 153_712 }, { sha256: 'ac'.repeat(32) }]
  for (const change of changes)
    t.equal(codeOf({ ...json, ...change }), 'MODEL_SIGNATURE', JSON.stringify(change))
  t.equal(codeOf(orderJson(signOrder(other, PLAIN))), 'MODEL_SIGNATURE', 'of another key')
  t.equal(codeOf({ ...json, signature: `${ORDER.signature.slice(0, -3)}===` }), 'MODEL_SIGNATURE')
  const forConfig = signText(privateKey, signedText('device/d', 1, PLAIN))
  t.equal(
    codeOf({ ...json, signature: forConfig }),
    'MODEL_SIGNATURE',
    'what was signed for another use of the key',
  )
  for (const signature of [undefined, null, '']) t.equal(codeOf({ ...json, signature }), 'MODEL_UNSIGNED')
})

t.test('what is no order is refused', async (t) => {
  const json = orderJson(ORDER)
  const wrong = [
    null,
    [],
    'x',
    {},
    { ...json, schema: 'affectd.model-order/2' },
    { ...json, id: '../x' },
    { ...json, id: 'a\nb' },
    { ...json, size: 0 },
    { ...json, size: 1.5 },
    { ...json, size: '7' },
    { ...json, size: 2 ** 60 },
    { ...json, sha256: 'AB'.repeat(32) },
    { ...json, signature: 7 },
    { ...json, signature: 'x'.repeat(200) },
  ]
  for (const value of wrong) t.equal(codeOf(value), 'MODEL_ORDER', JSON.stringify(value))
})

t.test('fuzz: of any JSON only a ModelError comes, and nothing is taken', async (t) => {
  const orders = fc.record(
    {
      schema: fc.oneof(fc.constant('affectd.model-order/1'), fc.jsonValue()),
      id: fc.oneof(fc.constant('m'), fc.jsonValue()),
      size: fc.oneof(fc.nat(), fc.jsonValue()),
      sha256: fc.oneof(fc.constant('ab'.repeat(32)), fc.jsonValue()),
      signature: fc.oneof(fc.base64String(), fc.jsonValue()),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(orders, fc.jsonValue()), (value) => codeOf(value) !== 'taken'),
    { numRuns: 500 },
  )
  t.pass()
})
