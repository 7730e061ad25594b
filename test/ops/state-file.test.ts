import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { StateFile } from '../../src/ops/state-file.js'
import { FaultyDisk } from '../support/faulty-disk.js'

t.test('what was written is read back, and nothing else lies in the folder', async (t) => {
  const folder = join(t.testdir(), 'made', 'here')
  const file = new StateFile(folder, 'x.json')
  t.equal(file.read(100), undefined)
  file.write('one')
  file.write('two')
  t.equal(Buffer.from(file.read(100)!).toString(), 'two')
  t.same(readdirSync(folder), ['x.json'])
  t.equal(statSync(file.path).mode & 0o777, 0o600, 'for this user alone')
  t.equal(statSync(folder).mode & 0o777, 0o700)
})

t.test('what a power cut left half written is replaced', async (t) => {
  const folder = t.testdir({ 'x.json': 'old', 'x.json.part': 'ne' })
  const file = new StateFile(folder, 'x.json')
  t.equal(Buffer.from(file.read(100)!).toString(), 'old')
  file.write('new')
  t.same(readdirSync(folder), ['x.json'])
  t.equal(readFileSync(file.path, 'utf8'), 'new')
})

t.test('a link put in the place of the half-written file is not followed', async (t) => {
  const folder = t.testdir({ precious: 'mine' })
  symlinkSync(join(folder, 'precious'), join(folder, 'x.json.part'))
  new StateFile(folder, 'x.json').write('new')
  t.equal(readFileSync(join(folder, 'precious'), 'utf8'), 'mine')
})

t.test('what is removed is gone, with what was half written; twice does no harm', async (t) => {
  const folder = t.testdir({ 'x.json': 'old', 'x.json.part': 'ne' })
  const file = new StateFile(folder, 'x.json')
  file.remove()
  file.remove()
  t.same(readdirSync(folder), [])
  new StateFile(join(folder, 'nowhere'), 'x.json').remove()
  t.notOk(existsSync(join(folder, 'nowhere')), 'and makes no folder')
})

t.test('a file too large, a folder and a pipe are not read', async (t) => {
  const folder = t.testdir({ 'large.json': 'x'.repeat(101), 'fits.json': 'x'.repeat(100) })
  t.throws(() => new StateFile(folder, 'large.json').read(100), /more than 100 bytes/)
  t.equal(new StateFile(folder, 'fits.json').read(100)?.length, 100)
  mkdirSync(join(folder, 'folder.json'))
  t.throws(() => new StateFile(folder, 'folder.json').read(100))
  execFileSync('mkfifo', [join(folder, 'pipe.json')])
  t.throws(() => new StateFile(folder, 'pipe.json').read(100), /no regular file/)
})

t.test('a folder that cannot be is an error, of prepare and of write', async (t) => {
  const folder = t.testdir({ file: '' })
  writeFileSync(join(folder, 'file'), '')
  const file = new StateFile(join(folder, 'file', 'below'), 'x.json')
  t.throws(() => file.prepare(), { code: 'ENOTDIR' })
  t.throws(() => file.write('x'), { code: 'ENOTDIR' })
})

t.test(
  'whatever call fails, nothing half written is left, and the old content stays or the new is there',
  async (t) => {
    const folder = t.testdir({ 'x.json': 'old' })
    const disk = new FaultyDisk(folder)
    const file = new StateFile(folder, 'x.json')
    const { calls } = disk.run(() => file.write('new'))
    t.equal(calls, 5, 'create, write, sync, rename, sync the folder')
    for (let at = 1; at <= calls; at++) {
      writeFileSync(file.path, 'old')
      const { error } = disk.run(() => file.write('new'), { at, how: 'ENOSPC', forEver: false })
      t.match(error, { code: 'ENOSPC' }, `call ${at}`)
      t.same(readdirSync(folder), ['x.json'])
      t.equal(readFileSync(file.path, 'utf8'), at < calls ? 'old' : 'new')
    }
  },
)
