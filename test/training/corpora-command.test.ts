import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { tone, wav16 } from '../capture/build-wav.js'

const COMMAND = fileURLToPath(new URL('../../training/src/cli/corpora.ts', import.meta.url))

function corpora(args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', 'tsx', COMMAND, ...args], { encoding: 'utf8' })
}

t.test('absent corpora are named, by every command, and are no error', async (t) => {
  const root = t.testdir()
  const list = corpora(['list', '--corpora', root])
  t.equal(list.status, 0, list.stderr)
  t.match(list.stdout, /ravdess +absent.*\n(.*\n)*cremad +absent/)
  const stats = corpora(['stats', '--corpora', root])
  t.equal(stats.status, 0, stats.stderr)
  t.match(stats.stdout, /RAVDESS.*absent/)
  const protocols = corpora(['protocols', '--corpora', root, '--json'])
  t.equal(protocols.status, 0, protocols.stderr)
  const [first] = JSON.parse(protocols.stdout) as {
    protocol: string
    warnings: string[]
    fingerprint: null
  }[]
  t.match(first, { protocol: 'ravdess-emobox6@1', warnings: [/ravdess is absent/], fingerprint: null })
})

t.test('stats of a manifest are printed and, with --out, written with their picture', async (t) => {
  const root = t.testdir()
  writeFileSync(join(root, 'a.wav'), wav16(tone(440, 16_000, 16_000)))
  writeFileSync(join(root, 'mine.csv'), 'path,label,speaker\na.wav,bored,s\n')
  const out = join(root, 'out')
  const { status, stdout, stderr } = corpora([
    ...['stats', '--corpora', root, '--corpus', join(root, 'mine.csv'), '--json', '--out', out],
  ])
  t.equal(status, 0, stderr)
  t.match(JSON.parse(stdout), {
    corpora: [{ clips: 1, classes: { bored: 1 }, speakers: { unknown: 1 }, durationS: { median: 1 } }],
    duplicates: [],
  })
  t.same(readdirSync(out).sort(), ['classes.svg', 'stats.json', 'stats.md'])
  t.match(readFileSync(join(out, 'stats.md'), 'utf8'), /No recording is there twice/)
})

t.test('a wrong command, and no place to look, are one line and a status', async (t) => {
  const wrong = corpora(['toString', '--corpora', '/nowhere'])
  t.equal(wrong.status, 64)
  t.match(wrong.stderr, /^USAGE_ARGUMENTS: .*list, stats, protocols\n$/)
  const unknown = corpora(['stats', '--corpora', '/nowhere', '--corpus', 'other'])
  t.equal(unknown.status, 78)
  t.match(unknown.stderr, /^CORPUS_UNKNOWN: .*\n$/)
  t.match(corpora(['--help']).stdout, /npm run corpora -- stats/)
})
