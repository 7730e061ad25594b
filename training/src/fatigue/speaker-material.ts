import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { intensityTrackDbfs } from '../../../src/features/intensity.js'
import { PITCH_PARAMS } from '../../../src/features/pitch-params.js'
import type { Clip } from '../corpora/clip.js'
import { loadCorpus } from '../corpora/load-corpus.js'
import { clipAudio } from '../dataset/clip-audio.js'
import { createRandom } from '../random.js'
import type { Phrases } from './session-audio.js'

/** Neutral clips of one speaker, or those of every feeling. */
export type Manner = 'neutral' | 'lively'

export interface Speaker {
  readonly corpus: string
  readonly speaker: string
  readonly manner: Manner
  /** Paths. */
  readonly clips: readonly string[]
}

/** Halves of a speaker's clips that share none: the baseline is made of one, what is judged of the other. */
export interface Halves {
  readonly baseline: Phrases
  readonly judged: Phrases
  /** Of distinct audio in each half, s. */
  readonly baselineS: number
  readonly judgedS: number
}

/** Speech stands so far below full scale, mean over the clips. */
const LEVEL_DBFS = -26
/** Fainter than the clip's loudest frame by more than this at its ends is no speech. */
const TRIM_DB = 35

/** Constants are chosen on these speakers, and the report judges the others: the first of each corpus by name. */
export const TUNING_SPEAKERS: ReadonlySet<string> = new Set(['EB0', 'IC0', 'KD0', 'KS0', 'OAF'])

/** Speakers with at least three minutes of the manner: nEMO's and TESS's; lively ones for the report alone. */
export function speakersOf(root: string): Speaker[] {
  const all: Speaker[] = []
  for (const [corpus, manners] of [
    ['nemo', ['neutral', 'lively']],
    ['tess', ['neutral']],
  ] as const) {
    if (!existsSync(join(root, corpus))) continue
    const clips = loadCorpus(root, corpus)
    for (const speaker of new Set(clips.map((clip) => clip.speaker))) {
      const own = clips.filter((clip) => clip.speaker === speaker)
      for (const manner of manners) {
        if (manner === 'lively' && TUNING_SPEAKERS.has(speaker)) continue
        all.push({ corpus, speaker, manner, clips: pathsOf(own, manner) })
      }
    }
  }
  return all
}

function pathsOf(clips: readonly Clip[], manner: Manner): string[] {
  return clips.filter(({ label }) => manner === 'lively' || label === 'neutral').map(({ path }) => path)
}

/** Reads and parts a speaker's clips at random. */
export async function loadHalves({ clips }: Speaker, seed: number): Promise<Halves> {
  const paths = createRandom(seed, 1).shuffle([...clips])
  const audio: Float32Array[] = []
  for (const path of paths) audio.push(trimmed(await clipAudio(path)))
  const gain = Math.sqrt(10 ** (LEVEL_DBFS / 10) / meanSquare(audio))
  const level = audio.map((samples) => samples.map((x) => gain * x))
  const half = Math.ceil(level.length / 2)
  const parts = [level.slice(0, half), level.slice(half)] as const
  return {
    baseline: { clips: parts[0] },
    judged: { clips: parts[1] },
    baselineS: secondsOf(parts[0]),
    judgedS: secondsOf(parts[1]),
  }
}

function trimmed(samples: Float32Array): Float32Array {
  const track = intensityTrackDbfs(samples, PITCH_PARAMS)
  const loudest = track.reduce((most, db) => Math.max(most, db), -Infinity)
  const isLoud = (db: number): boolean => db > loudest - TRIM_DB
  const { hopSamples, frameLengthSamples } = PITCH_PARAMS
  const first = Math.max(0, track.findIndex(isLoud))
  const last = Math.max(first, track.findLastIndex(isLoud))
  return samples.slice(first * hopSamples, last * hopSamples + frameLengthSamples)
}

function meanSquare(clips: readonly Float32Array[]): number {
  let [sum, count] = [0, 0]
  for (const clip of clips) {
    for (const x of clip) sum += x * x
    count += clip.length
  }
  return sum / Math.max(1, count)
}

function secondsOf(clips: readonly Float32Array[]): number {
  return clips.reduce((sum, { length }) => sum + length, 0) / PITCH_PARAMS.sampleRateHz
}
