import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Corpora as FLAC and Opus, beside the repository; research data that is not ours to ship. */
const CORPORA = fileURLToPath(new URL('../../../shared/corpora', import.meta.url))
const RAVDESS = join(CORPORA, 'ravdess')

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

/**
 * Decodes single clips of the corpora that are kept without loss.
 *
 * @returns them with the paths of their WAV files
 */
export function decodeClips<T extends { readonly corpus: string; readonly name: string }>(
  folder: string,
  clips: readonly T[],
): (T & { path: string })[] {
  return clips.map((clip) => {
    const { corpus, name } = clip
    const within = corpus === 'ravdess' ? `Actor_${name.slice(-2)}` : 'wav'
    const path = join(folder, `${name}.wav`)
    execFileSync('flac', ['-s', '-d', '-f', '-o', path, join(CORPORA, corpus, within, `${name}.flac`)])
    return { ...clip, path }
  })
}

/**
 * Lays the corpora out in `folder` as they are published, of empty files: the loaders read names (and nEMO's table)
 * alone.
 */
export function layOutCorpora(folder: string): void {
  for (const corpus of ['ravdess', 'emodb/wav', 'tess', 'nemo/samples']) {
    for (const name of readdirSync(join(CORPORA, corpus), { recursive: true, encoding: 'utf8' })) {
      if (!/\.(flac|opus)$/.test(name)) continue
      const path = join(folder, corpus, name.replace(/\.\w+$/, '.wav'))
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, '')
    }
  }
  copyFileSync(join(CORPORA, 'nemo', 'data.tsv'), join(folder, 'nemo', 'data.tsv'))
}
