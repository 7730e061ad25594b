import fc from 'fast-check'
import t from 'tap'
import { checksum, readUstar } from '../../src/delivery/ustar-reader.js'
import { writeUstar } from '../../src/delivery/ustar-writer.js'
import { ModelError } from '../../src/errors.js'

const NAMES = new Set(['manifest.json', 'weights.bin', 'golden.json'])
const LIMITS = { names: NAMES, maxFileBytes: 5000 }
const SOME = new Map([
  ['manifest.json', Buffer.from('{}')],
  ['weights.bin', Buffer.alloc(1024, 7)],
])

function codeOf(bytes: Uint8Array): string {
  try {
    readUstar(bytes, LIMITS)
    return 'read'
  } catch (error) {
    if (error instanceof ModelError) return error.code
    throw error
  }
}

/** The archive of one file, changed in its header, whose checksum is right all the same. */
function headed(change: (header: Buffer) => void, content = 'x'): Uint8Array {
  const bytes = Buffer.from(writeUstar(new Map([['weights.bin', Buffer.from(content)]])))
  const header = bytes.subarray(0, 512)
  change(header)
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes
}

const named = (name: string): Uint8Array =>
  headed((header) => header.fill(0, 0, 100).write(name, 0, 'latin1'))

t.test('what was written is read, whatever the files hold, and the same files give the same bytes', (t) => {
  const files = fc.dictionary(fc.constantFrom(...NAMES), fc.uint8Array({ maxLength: 2000 }))
  fc.assert(
    fc.property(files, (object) => {
      const written = writeUstar(new Map(Object.entries(object)))
      t.ok(Buffer.from(written).equals(writeUstar(new Map(Object.entries(object)))))
      const read = readUstar(written, LIMITS)
      t.equal(read.size, Object.keys(object).length)
      for (const [name, content] of read) t.ok(Buffer.from(content).equals(object[name]!))
    }),
    { numRuns: 50 },
  )
  t.end()
})

t.test('a name that leads elsewhere has a code of its own', (t) => {
  const names = [
    '../weights.bin',
    '/etc/passwd',
    'a/weights.bin',
    '..',
    '.',
    'C:\\weights.bin',
    '..\\weights.bin',
    '',
  ]
  for (const name of names) t.equal(codeOf(named(name)), 'MODEL_ARCHIVE_PATH', JSON.stringify(name))
  t.equal(
    codeOf(headed((header) => header.write('etc', 345))),
    'MODEL_ARCHIVE_PATH',
    'a prefix is a folder, too',
  )
  t.end()
})

t.test('links, folders, devices and extensions have a code of their own', (t) => {
  for (const type of ['1', '2', '3', '4', '5', '6', '7', 'x', 'g', 'L', 'K', '\0', 'S']) {
    t.equal(
      codeOf(headed((header) => header.write(type, 156, 'latin1'))),
      'MODEL_ARCHIVE_LINK',
      JSON.stringify(type),
    )
  }
  t.equal(
    codeOf(headed((header) => header.write('/etc/passwd', 157))),
    'MODEL_ARCHIVE_LINK',
    'a target alone, too',
  )
  t.end()
})

t.test('anything else that is out of the ordinary is refused', (t) => {
  const twice = Buffer.concat([writeUstar(SOME).subarray(0, -1024), writeUstar(SOME)])
  const cases: [string, Uint8Array][] = [
    ['a file of another name', named('evil.sh')],
    ['a name with a NUL within', named('weights\0.bin')],
    ['a file twice', twice],
    ['a size in base 256', headed((header) => header.fill(0, 124, 136).writeUInt8(0x80, 124))],
    ['a size with spaces', headed((header) => header.write('          1\0', 124))],
    ['a file above the limit', writeUstar(new Map([['weights.bin', Buffer.alloc(5001)]]))],
    ['another magic', headed((header) => header.write('ustar  \0', 257))],
    ['a third empty block', Buffer.concat([writeUstar(SOME), Buffer.alloc(512)])],
    ['bytes behind the end', Buffer.concat([writeUstar(SOME), Buffer.from('x')])],
  ]
  for (const [what, bytes] of cases) t.equal(codeOf(bytes), 'MODEL_ARCHIVE', what)
  const damaged = Buffer.from(writeUstar(SOME))
  damaged[3] ^= 1
  t.equal(codeOf(damaged), 'MODEL_ARCHIVE', 'a wrong checksum')
  const padded = Buffer.from(writeUstar(SOME))
  padded[512 + 300] = 1
  t.equal(codeOf(padded), 'MODEL_ARCHIVE', 'something in the padding')
  t.end()
})

t.test('an archive that ends anywhere too early is truncated', (t) => {
  const whole = writeUstar(SOME)
  for (let length = 0; length < whole.length; length += 100) {
    t.equal(codeOf(whole.subarray(0, length)), 'MODEL_TRUNCATED', String(length))
  }
  const claimsMore = headed((header) => header.write('00000004000\0', 124))
  t.equal(codeOf(claimsMore), 'MODEL_TRUNCATED')
  t.end()
})

t.test('fuzz: of any bytes and any damaged archive, only a ModelError comes', (t) => {
  const whole = writeUstar(SOME)
  const edits = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
  const fixes = fc.boolean()
  fc.assert(
    fc.property(edits, fixes, (changes, isFixed) => {
      const bytes = Buffer.from(whole)
      for (const [at, value] of changes) bytes[at] = value
      if (isFixed)
        bytes.write(`${checksum(bytes.subarray(0, 512)).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
      codeOf(bytes)
      return true
    }),
    { numRuns: 1000 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => codeOf(bytes) !== 'read'),
    { numRuns: 300 },
  )
  t.end()
})
