import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { configCommand } from '../../src/cli/config.js'
import { memoryIo } from '../support/memory-io.js'

const OLD = '{"log":{"level":"warn"}}'
const NEW = '{\n  "config_version": 2,\n  "log": {\n    "level": "warn"\n  }\n}\n'

t.test('a migrated file is printed, and put in place only where that is asked for', async (t) => {
  const folder = t.testdir({ 'affectd.json': OLD })
  const path = join(folder, 'affectd.json')
  const io = memoryIo()
  t.equal(await configCommand(['migrate', path], io), 0)
  t.equal(io.stdout, NEW)
  t.same(readdirSync(folder), ['affectd.json'])
  t.equal(readFileSync(path, 'utf8'), OLD)

  chmodSync(path, 0o640)
  const link = join(folder, 'link.json')
  symlinkSync(path, link)
  const inPlace = memoryIo()
  t.equal(await configCommand(['migrate', link, '--in-place'], inPlace), 0)
  t.equal(inPlace.stdout, '')
  t.equal(readFileSync(path, 'utf8'), NEW)
  t.equal(readFileSync(`${path}.bak`, 'utf8'), OLD)
  t.equal(statSync(path).mode & 0o777, 0o640)
  t.same(readdirSync(folder).sort(), ['affectd.json', 'affectd.json.bak', 'link.json'])

  const again = memoryIo()
  await configCommand(['migrate', path, '--in-place'], again)
  t.match(again.stderr, /already/)
  t.equal(readFileSync(`${path}.bak`, 'utf8'), OLD, 'the old one is still there')
})

t.test('what cannot be read as a configuration is refused, and left as it is', async (t) => {
  const path = join(t.testdir({ 'affectd.json': '' }), 'affectd.json')
  for (const [text, code] of [
    ['{"config_version":99}', 'CONFIG_TOO_NEW'],
    ['{"log":{"levle":"warn"}}', 'CONFIG_UNKNOWN_KEY'],
    ['[]', 'CONFIG_INVALID_VALUE'],
    ['{', 'CONFIG_BAD_JSON'],
  ] as const) {
    writeFileSync(path, text)
    await t.rejects(configCommand(['migrate', path, '--in-place'], memoryIo()), { code, exitCode: 78 })
    t.equal(readFileSync(path, 'utf8'), text)
  }
  await t.rejects(configCommand(['migrate'], memoryIo()), { code: 'USAGE_ARGUMENTS' })
  await t.rejects(configCommand(['check', '--config', path], memoryIo()), { code: 'CONFIG_BAD_JSON' })
})
