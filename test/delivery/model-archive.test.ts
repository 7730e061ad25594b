import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { packModel, unpackModel } from '../../src/delivery/model-archive.js'
import { writeUstar } from '../../src/delivery/ustar-writer.js'
import { ModelError } from '../../src/errors.js'

const FILES = new Map<string, Uint8Array>([
  ['golden.json', Buffer.from('{"vectors":[]}')],
  ['weights.bin', randomBytes(3000)],
  ['manifest.json', Buffer.from('{}')],
])

async function codeOf(archive: Uint8Array): Promise<string> {
  try {
    await unpackModel(archive)
    return 'read'
  } catch (error) {
    if (error instanceof ModelError) return error.code
    throw error
  }
}

t.test('a model comes out as it went in; the same model gives the same archive', async (t) => {
  const archive = packModel(FILES)
  t.ok(
    Buffer.from(archive).equals(packModel(new Map([...FILES].reverse()))),
    'in whatever order the files are given',
  )
  const files = await unpackModel(archive)
  t.same([...files.keys()].sort(), [...FILES.keys()].sort())
  for (const [name, content] of files) t.ok(Buffer.from(content).equals(FILES.get(name)!), name)
})

t.test('what is packed is only what a device needs', async (t) => {
  const files = await unpackModel(packModel(new Map([...FILES, ['model.onnx', randomBytes(10)]])))
  t.notOk(files.has('model.onnx'))
})

t.test('a bomb is not unpacked', async (t) => {
  const bomb = gzipSync(Buffer.alloc(24 * 2 ** 20))
  const before = process.memoryUsage().arrayBuffers
  t.equal(await codeOf(bomb), 'MODEL_ARCHIVE_BOMB')
  t.ok(process.memoryUsage().arrayBuffers - before < 16 * 2 ** 20, 'nor does it take the memory')
  const members = Buffer.concat(Array.from({ length: 40 }, () => gzipSync(Buffer.alloc(2 ** 20))))
  t.equal(await codeOf(members), 'MODEL_ARCHIVE_BOMB', 'nor one of many members')
})

t.test('a truncated archive, one with something behind it, and what is none are told apart', async (t) => {
  const archive = packModel(FILES)
  t.equal(await codeOf(archive.subarray(0, archive.length - 1)), 'MODEL_TRUNCATED')
  t.equal(await codeOf(archive.subarray(0, 40)), 'MODEL_TRUNCATED')
  t.equal(await codeOf(new Uint8Array(0)), 'MODEL_TRUNCATED')
  t.equal(await codeOf(Buffer.concat([archive, Buffer.from([0])])), 'MODEL_ARCHIVE')
  t.equal(await codeOf(Buffer.concat([archive, archive])), 'MODEL_ARCHIVE')
  t.equal(await codeOf(Buffer.from('PK\u0003\u0004 a zip file')), 'MODEL_ARCHIVE')
  t.equal(
    await codeOf(gzipSync(writeUstar(new Map([['manifest.json', Buffer.from('{}')]])))),
    'MODEL_ARCHIVE',
  )
})

t.test('fuzz: of a damaged archive only a ModelError comes', async (t) => {
  const archive = packModel(FILES)
  const edits = fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(edits, async (changes) => {
      const bytes = Buffer.from(archive)
      for (const [at, value] of changes) bytes[at] = value
      await codeOf(bytes)
    }),
    { numRuns: 200 },
  )
  t.pass()
})
