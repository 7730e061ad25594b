import fc from 'fast-check'
import t from 'tap'
import { CHUNK_BYTES, parseChunk } from '../../src/delivery/chunk.js'
import { ModelError } from '../../src/errors.js'
import { REQUEST_MAX_BYTES } from '../../src/publish/requests.js'

const SHA256 = 'ab'.repeat(32)

t.test('a whole chunk fits into a request', async (t) => {
  const data = Buffer.alloc(CHUNK_BYTES, 0xff).toString('base64')
  const body = { transaction: 'x'.repeat(128), sha256: SHA256, offset: 2 ** 40, data }
  t.ok(JSON.stringify(body).length <= REQUEST_MAX_BYTES)
  t.equal(parseChunk(body).bytes.length, CHUNK_BYTES)
  t.ok(CHUNK_BYTES >= 32 * 1024, 'and is worth a write to a card')
})

t.test('fuzz: a chunk is read as it was written, and of anything else only a ModelError comes', async (t) => {
  const offsets = fc.oneof(fc.nat(), fc.double(), fc.jsonValue())
  const datas = fc.oneof(fc.base64String(), fc.string(), fc.jsonValue())
  const bodies = fc.record(
    { sha256: fc.oneof(fc.constant(SHA256), fc.jsonValue()), offset: offsets, data: datas },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(bodies, (body) => {
      try {
        const { bytes, offset } = parseChunk(body)
        return Buffer.from(bytes).toString('base64').length === String(body.data).length && offset >= 0
      } catch (error) {
        return error instanceof ModelError && error.code === 'MODEL_CHUNK'
      }
    }),
    { numRuns: 500 },
  )
  t.throws(
    () => parseChunk({ sha256: SHA256, offset: 0, data: Buffer.alloc(CHUNK_BYTES + 1).toString('base64') }),
    {
      code: 'MODEL_CHUNK',
    },
  )
  t.throws(() => parseChunk({ sha256: SHA256, offset: 0, data: '' }), { code: 'MODEL_CHUNK' })
})
