import { createPublicKey } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { modelCommand } from '../../../src/cli/model.js'
import { unpackModel } from '../../../src/delivery/model-archive.js'
import { checkOrder, parseOrder } from '../../../src/delivery/model-order.js'
import { memoryIo } from '../../support/memory-io.js'
import { writeTinyModel } from '../../support/tiny-model.js'

async function run(...args: string[]): Promise<string> {
  const io = memoryIo()
  t.equal(await modelCommand(args, io), 0)
  return io.stdout
}

t.test('keygen makes a pair, for its owner alone, and never overwrites one', async (t) => {
  const folder = join(t.testdir(), 'keys')
  t.match(await run('keygen', folder), /model-key\.pem.*\n.*classify\.model_key_file/)
  t.equal(statSync(join(folder, 'model-key.pem')).mode & 0o777, 0o600)
  const before = readFileSync(join(folder, 'model-key.pem'))
  await t.rejects(run('keygen', folder), { code: 'USAGE_OUTPUT' })
  t.same(readFileSync(join(folder, 'model-key.pem')), before)
  t.equal(createPublicKey(readFileSync(join(folder, 'model-key.pub.pem'))).asymmetricKeyType, 'ed25519')
  await t.rejects(run('keygen'), { code: 'USAGE_ARGUMENTS' })
  writeFileSync(join(folder, 'file'), '')
  await t.rejects(run('keygen', join(folder, 'file')), { code: 'USAGE_OUTPUT' })
})

t.test('sign packs what verifies, and writes an order that the other half takes', async (t) => {
  const folder = t.testdir()
  const at = (name: string): string => join(folder, name)
  const model = writeTinyModel(folder)
  writeFileSync(join(model, 'MODEL_CARD.md'), '# tiny\n')
  await run('keygen', folder)
  const key = at('model-key.pem')
  const said = await run('sign', model, '--key', key, '--out', at('t.affectd-model'))
  const order = parseOrder(JSON.parse(readFileSync(at('t.affectd-model.json'), 'utf8')))
  checkOrder(createPublicKey(readFileSync(at('model-key.pub.pem'))), order)
  t.match(order, { id: 'tiny-8', size: statSync(at('t.affectd-model')).size })
  t.match(said, new RegExp(order.sha256))
  const files = await unpackModel(readFileSync(at('t.affectd-model')))
  t.same([...files.keys()], ['manifest.json', 'weights.bin', 'golden.json', 'MODEL_CARD.md'])
  await run('sign', model, '--key', key, '--out', at('again'))
  t.same(readFileSync(at('again')), readFileSync(at('t.affectd-model')), 'the same model, the same bytes')

  await t.rejects(run('sign', model), { code: 'USAGE_ARGUMENTS' })
  await t.rejects(run('sign', model, '--key', at('none')), { code: 'CONFIG_NOT_FOUND' })
  await t.rejects(run('sign', model, '--key', at('model-key.pub.pem')), { code: 'CONFIG_REMOTE_KEY' })
  mkdirSync(at('folder'))
  await t.rejects(run('sign', model, '--key', key, '--out', at('folder')), { code: 'USAGE_OUTPUT' })
  rmSync(join(model, 'MODEL_CARD.md'))
  mkdirSync(join(model, 'MODEL_CARD.md'))
  await t.rejects(run('sign', model, '--key', key, '--out', at('bad')), { code: 'MODEL_NOT_FOUND' })
  writeFileSync(join(model, 'weights.bin'), 'x')
  await t.rejects(run('sign', model, '--key', key, '--out', at('bad')), { code: 'MODEL_HASH' })
  t.notOk(existsSync(at('bad')), 'nothing is written of a model that does not verify')
})

t.test('send and rollback say what is missing before they connect', async (t) => {
  const folder = t.testdir({ a: 'x', 'a.json': '{', b: 'x' })
  const at = (name: string): string => join(folder, name)
  await t.rejects(run('send'), { code: 'USAGE_ARGUMENTS' })
  await t.rejects(run('send', at('none')), { code: 'MODEL_NOT_FOUND' })
  await t.rejects(run('send', at('a')), { code: 'MODEL_ORDER' })
  await t.rejects(run('send', at('b')), { code: 'MODEL_NOT_FOUND' })
  const order = { schema: 'affectd.model-order/1', id: 'm', size: 1, sha256: 'ab'.repeat(32), signature: 'x' }
  writeFileSync(at('b.json'), JSON.stringify(order))
  await t.rejects(run('send', at('b'), '--device', 'd'), { code: 'MODEL_ARCHIVE_HASH' })
  await t.rejects(run('rollback'), { code: 'USAGE_ARGUMENTS' })
  await t.rejects(run('rollback', 'x', '--device', 'd'), { code: 'USAGE_ARGUMENTS' })
  await t.rejects(run('rollback', '--device', 'a/b'), { code: 'USAGE_ARGUMENTS' })
  for (const verb of ['keygen', 'sign', 'send', 'rollback'])
    t.match(await run(verb, '--help'), /^Usage: affectd model/)
  t.match(await run('send', '--help'), /default 60, with --url 3600$/m)
  t.match(await run('rollback', '--help'), /default 60$/m)
})
