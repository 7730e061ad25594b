import { existsSync, readFileSync } from 'node:fs'
import type { Vad } from '../../../src/gate/vad.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../../../src/units.js'
import type { Random } from '../random.js'

export type NoiseKind = 'white' | 'cabin'

/** Score of each frame and whether it is speech by hand-made labels. */
export interface LabelledScores {
  readonly scores: number[]
  readonly isSpeech: boolean[]
}

/** Where something begins, in seconds: a syllable, a pause `(` or the final pause `.`. */
interface SyllableStart {
  readonly atS: number
  readonly name: string
}

/**
 * Syllable times of an EMO-DB clip from its `.silb` file: lines of a time and the syllable that begins then.
 *
 * @returns null if the file is missing, empty or does not end with the final pause
 */
export function syllableStarts(path: string): SyllableStart[] | null {
  if (!existsSync(path)) return null
  const starts = readFileSync(path, 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length === 2)
    .map(([time, name]) => ({ atS: Number(time), name: name as string }))
  return starts.at(-1)?.name === '.' ? starts : null
}

function isSpeechAt(starts: readonly SyllableStart[], sample: number): boolean {
  const present = starts.findLast(({ atS }) => atS <= sample / SAMPLE_RATE_HZ)
  return present !== undefined && present.name !== '.' && !present.name.startsWith('(')
}

/**
 * Scores a clip's whole frames; a frame is speech if most of it is. The detector is not reset: clips follow one
 * another as in a stream.
 */
export function scoreFrames(
  samples: Float32Array,
  starts: readonly SyllableStart[],
  vad: Pick<Vad, 'score'>,
  out: LabelledScores,
): void {
  for (let at = 0; at + FRAME_SAMPLES <= samples.length; at += FRAME_SAMPLES) {
    out.scores.push(vad.score(samples.subarray(at, at + FRAME_SAMPLES)))
    out.isSpeech.push(isSpeechAt(starts, at + FRAME_SAMPLES / 2))
  }
}

/**
 * The clip with noise at an SNR over its speech. Cabin: what two first-order low-passes at 100 and 300 Hz leave of
 * white noise, with a little of it unfiltered.
 */
export function withNoise(
  samples: Float32Array,
  starts: readonly SyllableStart[],
  kind: NoiseKind,
  snrDb: number,
  random: Random,
): Float32Array {
  const noise = kind === 'white' ? samples.map(() => random.normal()) : cabinNoise(samples.length, random)
  const speech = samples.filter((_, i) => isSpeechAt(starts, i))
  const gain = Math.sqrt(meanSquare(speech) / meanSquare(noise)) * 10 ** (-snrDb / 20)
  return samples.map((x, i) => x + gain * (noise[i] as number))
}

function cabinNoise(length: number, random: Random): Float32Array {
  let first = 0
  let second = 0
  return Float32Array.from({ length }, () => {
    const white = random.normal()
    first += 0.04 * (white - first)
    second += 0.12 * (first - second)
    return second + 0.004 * white
  })
}

function meanSquare(samples: Float32Array): number {
  return samples.reduce((sum, x) => sum + x * x, 0) / samples.length
}

/** What to beat: the level over its least value of the last two seconds, dB. */
export function createLevelOverMinimum(): Pick<Vad, 'score'> {
  const recent: number[] = []
  return {
    score(samples) {
      const level = 10 * Math.log10(meanSquare(samples) + 1e-12)
      recent.push(level)
      if (recent.length > 100) recent.shift()
      return level - Math.min(...recent)
    },
  }
}
