import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** EMO-DB as FLAC with its syllable times, beside the repository; research data that is not ours to ship. */
const EMODB = fileURLToPath(new URL('../../../shared/corpora/emodb', import.meta.url))

/** True if the corpus is there; says loudly if not. */
export function hasEmodb(): boolean {
  if (existsSync(EMODB)) return true
  console.error('NOT RUN: ../shared/corpora/emodb is absent, the tests on timed speech do not run')
  return false
}

/** Decodes each Nth clip of some speakers into `folder/emodb/`, the published layout, with its syllable times. */
export function decodeEmodb(folder: string, speakers: readonly string[], every: number): void {
  const out = join(folder, 'emodb', 'wav')
  mkdirSync(out, { recursive: true })
  const clips = readdirSync(join(EMODB, 'wav'))
    .filter((file) => file.endsWith('.flac') && speakers.includes(file.slice(0, 2)))
    .sort()
    .filter((_, n) => n % every === 0)
  const paths = clips.map((file) => join(EMODB, 'wav', file))
  execFileSync('flac', ['-s', '-d', '-f', `--output-prefix=${out}/`, ...paths])
  cpSync(join(EMODB, 'silb'), join(folder, 'emodb', 'silb'), { recursive: true })
}
