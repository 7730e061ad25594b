import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { CHUNK_BYTES } from '../src/delivery/chunk.js'
import { packModel } from '../src/delivery/model-archive.js'
import { orderJson } from '../src/delivery/model-order.js'
import { writeUstar } from '../src/delivery/ustar-writer.js'
import { AffectdError, ModelError } from '../src/errors.js'
import { deliveryRig, keptModels, largeParcel, type Parcel } from './support/delivery-rig.js'
import { TINY_LABELS } from './support/tiny-model.js'

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'taken'
  } catch (error) {
    if (error instanceof AffectdError) return error.code
    throw error
  }
}

t.test('a model comes in chunks, is in force on trial, and stays after it', async (t) => {
  const made = deliveryRig(t).attach()
  const parcel = largeParcel(made)
  const begun = await made.install(parcel)
  t.same(begun, { offset: 0, chunkBytes: CHUNK_BYTES })
  t.equal(made.id, 'tiny-8', 'the old one judges meanwhile')
  t.equal(await made.deliver(parcel), 'in_force')
  t.same(made.used, ['big'])
  t.match(made.inForce.report, { id: 'big', origin: 'delivered', lastRollback: null })
  t.equal(made.inForce.report.trialUntilMs, made.clock.nowMs() + 600_000)
  t.equal(await made.install(parcel), 'in_force', 'sent again it is there already')
  t.equal(await made.chunk(parcel, 0), 'in_force')
  t.equal(keptModels(made).length, 1, 'nothing is left of the archive')
  made.clock.advance(599_000)
  t.ok(made.inForce.isOnTrial)
  made.clock.advance(1000)
  t.notOk(made.inForce.isOnTrial)
  t.equal(made.inForce.report.trialUntilMs, null)
  t.equal(made.says, 2)
  made.stop()
  t.equal(made.start().id, 'big', 'also after a restart')
})

t.test('each bad model is refused with a code of its own, and the old one goes on', async (t) => {
  const made = deliveryRig(t, { maxBytes: 200_000 }).attach()
  await made.deliver(made.parcel('old'))
  made.clock.advance(600_000)
  const good = made.files('new')
  const with_ = (name: string, content: Uint8Array): Parcel =>
    made.parcel('new', new Map([...good, [name, content]]))
  const flip = (name: string): Uint8Array => {
    const content = Buffer.from(good.get(name)!)
    content[100] ^= 1
    return content
  }
  const golden = Buffer.from(good.get('golden.json')!).toString('utf8')
  const traversing = Buffer.from(writeUstar(good))
  traversing.write('../../evil.bin', 0)
  const link = Buffer.from(writeUstar(good))
  link.write('2', 156)
  for (const tar of [traversing, link]) {
    const sum = tar.subarray(0, 512).reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 0x20 : byte), 0)
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  }
  const stranger = generateKeyPairSync('ed25519').privateKey
  const parcel = made.parcel('new', good)
  const { order } = parcel
  const damaged = Buffer.from(parcel.archive)
  damaged[damaged.length >> 1] ^= 1

  const cases: [string, string, () => Promise<unknown>][] = [
    [
      'unsigned',
      'MODEL_UNSIGNED',
      () => made.intake.install({ order: { ...orderJson(order), signature: undefined } }),
    ],
    [
      'signed by a stranger',
      'MODEL_SIGNATURE',
      () => made.deliver(made.sealed('new', parcel.archive, stranger)),
    ],
    ['no order', 'MODEL_ORDER', () => made.intake.install({})],
    [
      'another size than signed',
      'MODEL_SIGNATURE',
      () => made.install({ order: { ...order, size: order.size + 1 } }),
    ],
    ['too large', 'MODEL_TOO_LARGE', () => made.deliver(made.sealed('new', randomBytes(200_001)))],
    ['not what was ordered', 'MODEL_ARCHIVE_HASH', () => made.deliver({ order, archive: damaged })],
    ['truncated', 'MODEL_TRUNCATED', () => made.deliver(made.sealed('new', parcel.archive.subarray(0, -9)))],
    ['no archive', 'MODEL_ARCHIVE', () => made.deliver(made.sealed('new', randomBytes(500)))],
    [
      'a path out of the folder',
      'MODEL_ARCHIVE_PATH',
      () => made.deliver(made.sealed('new', gzipSync(traversing))),
    ],
    ['a link', 'MODEL_ARCHIVE_LINK', () => made.deliver(made.sealed('new', gzipSync(link)))],
    [
      'a bomb',
      'MODEL_ARCHIVE_BOMB',
      () => made.deliver(made.sealed('new', gzipSync(Buffer.alloc(9 * 2 ** 20)))),
    ],
    ['a damaged file', 'MODEL_HASH', () => made.deliver(with_('weights.bin', flip('weights.bin')))],
    [
      'no manifest worth the name',
      'MODEL_MANIFEST',
      () => made.deliver(with_('manifest.json', Buffer.from('{}'))),
    ],
    [
      'other features',
      'MODEL_FEATURES',
      () => made.deliver(made.parcel('new', made.files('new', { feature_params_hash: 'ab'.repeat(32) }))),
    ],
    [
      'other labels',
      'MODEL_OTHER_LABELS',
      () => made.deliver(made.parcel('new', made.files('new', { labels: [...TINY_LABELS].reverse() }))),
    ],
    ['another model than ordered', 'MODEL_ID', () => made.deliver(made.parcel('other', good))],
    ['another URL than https', 'MODEL_URL', () => made.install(parcel, { url: 'http://localhost/x' })],
    ['a chunk without an order', 'MODEL_NO_DELIVERY', () => made.chunk(largeParcel(made), 0)],
    [
      'a chunk that is none',
      'MODEL_CHUNK',
      () => made.intake.chunk({ sha256: order.sha256, offset: 0, data: '!' }),
    ],
  ]
  for (const [what, code, send] of cases) {
    made.log.lines.length = 0
    t.equal(await codeOf(send()), code, what)
    // Of a chunk the sender is told alone: it is sent again, or the order is.
    const logged = what.startsWith('a chunk') ? [] : [code]
    t.same(
      made.log.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields['code']),
      logged,
      what,
    )
    t.equal(made.id, 'old', what)
    // Not to be refused for being too much.
    made.clock.advance(60_000)
  }
  const wrongGolden = golden.replace(
    /"output":\[(-?\d+)/,
    (_, value) => `"output":[${Number(value) === 0 ? 1 : 0}`,
  )
  const manifest = Buffer.from(good.get('manifest.json')!).toString('utf8')
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
  const rehashed = manifest
    .replace(hash(golden), hash(wrongGolden))
    .replace(`"bytes": ${golden.length}`, `"bytes": ${wrongGolden.length}`)
  const lying = new Map([
    ...good,
    ['golden.json', Buffer.from(wrongGolden)] as const,
    ['manifest.json', Buffer.from(rehashed)] as const,
  ])
  t.equal(await codeOf(made.deliver(made.parcel('new', lying))), 'MODEL_GOLDEN', 'another engine')
  t.same(made.used, ['old'], 'the agent has heard of none of them')
  t.equal(keptModels(made).length, 1, 'and nothing of them is left on the disk')
  t.equal(made.start().id, 'old')
})

t.test(
  'a delivery goes on after a restart where it was, and a chunk that comes twice is taken once',
  async (t) => {
    const made = deliveryRig(t).attach()
    const parcel = largeParcel(made)
    await made.install(parcel)
    t.same(await made.chunk(parcel), { offset: CHUNK_BYTES, chunkBytes: CHUNK_BYTES })
    t.match(await made.chunk(parcel, 0), { offset: CHUNK_BYTES }, 'its answer was lost')
    t.equal(await codeOf(made.chunk(parcel, 2 * CHUNK_BYTES)), 'MODEL_CHUNK', 'one was lost')
    t.equal(await codeOf(made.chunk(parcel, CHUNK_BYTES - 1)), 'MODEL_CHUNK', 'they overlap')
    made.stop()
    made.start('boot-2').attach()
    t.match(await made.install(parcel), { offset: CHUNK_BYTES })
    t.equal(await made.deliver(parcel), 'in_force')
  },
)

t.test(
  'what lies half received is given up for another order, another key, or when it is not to be read',
  async (t) => {
    const made = deliveryRig(t).attach()
    const parcel = largeParcel(made)
    await made.install(parcel)
    await made.chunk(parcel)
    await made.install(made.parcel('small'))
    t.match(await made.install(parcel), { offset: 0 })
    await made.chunk(parcel)
    made.key = generateKeyPairSync('ed25519').publicKey
    t.equal(made.start().incoming.order, undefined, 'a key was withdrawn')
    made.key = made.keys.publicKey
    made.start().attach()
    await made.install(parcel)
    await made.chunk(parcel)
    writeFileSync(join(made.stateDir, 'models', 'incoming.json'), 'nonsense')
    t.equal(made.start().incoming.order, undefined)
    made.attach()
    await made.install(parcel)
    const part = join(made.stateDir, 'models', 'incoming.part')
    mkdirSync(part)
    t.equal(made.start().incoming.order, undefined, 'a folder in its place is no archive')
    rmSync(part, { recursive: true, force: true })
    made.attach()
    t.equal(await made.deliver(parcel), 'in_force')
  },
)

t.test(
  'one model at a time: none beside one on trial, and one that is asked for twice is installed once',
  async (t) => {
    const made = deliveryRig(t).attach()
    const first = made.parcel('first')
    await made.install(first)
    const both = await Promise.all([made.chunk(first, 0), made.install(first), made.chunk(first, 0)])
    t.same(both, ['in_force', 'in_force', 'in_force'])
    t.same(made.used, ['first'])
    made.inForce.rollBack()
    await made.install(first)
    const many = await Promise.all(Array.from({ length: 20 }, () => codeOf(made.chunk(first, 0))))
    t.equal(
      many.filter((code) => code === 'MODEL_BUSY').length,
      12,
      'a crowd takes not all places for requests',
    )
    t.equal(made.id, 'first')
    t.equal(await codeOf(made.install(made.parcel('second'))), 'MODEL_BUSY')
    made.clock.advance(600_000)
    await made.deliver(made.parcel('second'))
    made.clock.advance(600_000)
    await made.deliver(made.parcel('third'))
    t.equal(keptModels(made).length, 2, 'active and previous')
  },
)

t.test('no room: refused before a byte is taken, or kept for when there is', async (t) => {
  let freeBytes = 10
  const made = deliveryRig(t, {
    checkRoom(bytes) {
      if (bytes > freeBytes) throw new ModelError('MODEL_DISK_FULL', 'full')
    },
  }).attach()
  const parcel = made.parcel('new')
  t.equal(await codeOf(made.install(parcel)), 'MODEL_DISK_FULL')
  t.equal(made.incoming.order, undefined)
  freeBytes = parcel.archive.length
  t.equal(await codeOf(made.deliver(parcel)), 'MODEL_DISK_FULL', 'it does not fit unpacked')
  t.equal(made.id, 'tiny-8')
  freeBytes = 1e9
  t.equal(await made.install(parcel), 'in_force', 'nothing has to be sent again')
})

t.test('what is wholly here is not asked of a server again', async (t) => {
  let freeBytes = 1e9
  const made = deliveryRig(t, {
    checkRoom(bytes) {
      if (bytes > freeBytes) throw new ModelError('MODEL_DISK_FULL', 'full')
    },
    // As a server answers who asks for what comes after the end.
    download: () => Promise.reject(new ModelError('MODEL_DOWNLOAD', 'it answers 416')),
  }).attach()
  const parcel = made.parcel('new')
  await made.install(parcel)
  freeBytes = parcel.archive.length
  t.equal(await codeOf(made.deliver(parcel)), 'MODEL_DISK_FULL', 'it does not fit unpacked')
  freeBytes = 1e9
  t.equal(await made.install(parcel, { url: 'https://models.example/new' }), 'in_force')
})

t.test('a disk that cannot be written to refuses with a code of its own', async (t) => {
  const made = deliveryRig(t).attach()
  writeFileSync(join(made.folder, 'state'), 'a file where the folder should be')
  t.equal(await codeOf(made.deliver(made.parcel('new'))), 'MODEL_NOT_KEPT')
  t.equal(made.id, 'tiny-8')
  rmSync(join(made.folder, 'state'))
  t.equal(await made.deliver(made.parcel('new')), 'in_force')
  made.clock.advance(600_000)
  mkdirSync(join(made.stateDir, 'models.json.part'))
  t.equal(
    await codeOf(made.deliver(made.parcel('newer'))),
    'MODEL_NOT_KEPT',
    'what cannot be kept is not put in force',
  )
  t.equal(made.id, 'new')
})

t.test('only so much is written to the card', async (t) => {
  const made = deliveryRig(t, { maxBytes: 120_000 }).attach()
  const parcels = Array.from({ length: 3 }, (_, n) => made.sealed(`m${n}`, randomBytes(110_000)))
  const codes: string[] = []
  for (const parcel of parcels) codes.push(await codeOf(made.deliver(parcel)))
  t.same(codes, ['MODEL_ARCHIVE', 'MODEL_ARCHIVE', 'REQUEST_TOO_MANY'])
  made.clock.advance(600_000)
  t.equal(await made.deliver(made.parcel('good')), 'in_force')
})

t.test('fuzz: whatever is asked, only an error of ours comes, and the old model goes on', async (t) => {
  const made = deliveryRig(t).attach()
  const parcel = largeParcel(made)
  await made.install(parcel)
  const orders = fc.oneof(fc.constant(orderJson(parcel.order)), fc.jsonValue())
  const bodies = fc.record(
    {
      order: orders,
      url: fc.oneof(fc.constant(undefined), fc.jsonValue()),
      sha256: fc.oneof(fc.constant(parcel.order.sha256), fc.jsonValue()),
      offset: fc.oneof(fc.constantFrom(0, CHUNK_BYTES), fc.jsonValue()),
      data: fc.oneof(fc.base64String(), fc.jsonValue()),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      await codeOf(made.intake.install(body))
      await codeOf(made.intake.chunk(body))
      return made.id === 'tiny-8'
    }),
    { numRuns: 300 },
  )
  t.equal(await made.deliver(parcel), 'in_force', 'and a good one comes all the same')
})

t.test('packing is what a device unpacks, whatever else the folder holds', async (t) => {
  const made = deliveryRig(t).attach()
  const files = new Map([...made.files('new'), ['model.onnx', randomBytes(100)] as const])
  t.equal(await made.deliver(made.sealed('new', packModel(files))), 'in_force')
})
