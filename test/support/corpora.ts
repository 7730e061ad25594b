import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** RAVDESS as FLAC, beside the repository; research data that is not ours to ship. */
const RAVDESS = fileURLToPath(new URL('../../../shared/corpora/ravdess', import.meta.url))

/**
 * True if the corpus is there; says loudly if not. It is research data that not everybody may have, so its absence is
 * no failure, unlike that of the tools that decode it.
 */
export function hasRavdess(): boolean {
  if (existsSync(RAVDESS)) return true
  console.error('NOT RUN: ../shared/corpora is absent, the tests on real emotional speech do not run')
  return false
}

/**
 * Decodes actors' clips into `folder/ravdess/Actor_NN/`, the published layout.
 *
 * @returns paths of the WAV files, sorted
 */
export function decodeRavdess(folder: string, actors: readonly number[], count = Infinity): string[] {
  return actors.flatMap((actor) => {
    const name = `Actor_${String(actor).padStart(2, '0')}`
    const out = join(folder, 'ravdess', name)
    mkdirSync(out, { recursive: true })
    const clips = readdirSync(join(RAVDESS, name))
      .filter((file) => file.endsWith('.flac'))
      .sort()
      .slice(0, count)
    execFileSync('flac', [
      '-s',
      '-d',
      '-f',
      `--output-prefix=${out}/`,
      ...clips.map((file) => join(RAVDESS, name, file)),
    ])
    return clips.map((file) => join(out, `${basename(file, '.flac')}.wav`))
  })
}
