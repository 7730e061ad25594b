import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ModelShelf } from '../../src/delivery/model-shelf.js'

const ORDER = { id: 'm', size: 1, sha256: 'ab'.repeat(32), signature: '' }
const FILES = new Map([['weights.bin', Buffer.from('x')]])

t.test('asks the disk itself for room', async (t) => {
  const shelf = new ModelShelf(join(t.testdir(), 'models'))
  shelf.checkRoom(1)
  t.throws(() => shelf.checkRoom(1e18), { code: 'MODEL_DISK_FULL', message: /free/ })
})

t.test('a model gets its name only once it was looked at', async (t) => {
  const shelf = new ModelShelf(join(t.testdir(), 'models'))
  const refuse = (directory: string): void => {
    t.ok(existsSync(join(directory, 'weights.bin')), 'as it lies on the disk')
    throw new Error('no')
  }
  await t.rejects(shelf.place(ORDER, FILES, refuse), { message: 'no' })
  t.same(readdirSync(shelf.folder), [])
  t.equal(await shelf.place(ORDER, FILES, () => 7), 7)
  t.same(readdirSync(shelf.folder), ['abababababababab'])
})

t.test('tidies up what is its own, and leaves alone what is not', async (t) => {
  const shelf = new ModelShelf(join(t.testdir(), 'models'))
  shelf.keepOnly([])
  for (const name of ['ab'.repeat(8), 'cd'.repeat(8), `${'ef'.repeat(8)}.part`, 'somebody-else']) {
    mkdirSync(join(shelf.folder, name), { recursive: true })
  }
  writeFileSync(join(shelf.folder, 'incoming.part'), '')
  shelf.keepOnly([ORDER, undefined])
  t.same(readdirSync(shelf.folder).sort(), ['ab'.repeat(8), 'incoming.part', 'somebody-else'])
})
