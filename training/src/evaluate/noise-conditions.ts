import { UsageError } from '../../../src/errors.js'
import { AS_RECORDED, type Noise } from '../augment/variant.js'
import { TRAINING_NOISE } from '../augment/noise-files.js'
import type { Clip } from '../corpora/clip.js'
import { createRandom, type Random } from '../random.js'
import type { HeardClip } from './evaluation-unit.js'

export const NOISE_SNRS_DB = [20, 10, 5, 0] as const

/** What noise is mixed from. */
export interface NoiseMaterial {
  /** Paths of the recordings, by their class in ESC-10. */
  readonly recordings: ReadonlyMap<string, readonly string[]>
  /** Clips whose speakers may be heard as babble. */
  readonly voices: readonly Clip[]
}

/** Everything that is judged together: every clip with noise of a kind at an SNR over its speech. */
export interface NoiseCondition {
  readonly kind: string
  readonly snrDb: number
}

/**
 * Kinds of noise that are measured unless others are asked for. Recordings of the classes that networks may hear in
 * training are parted from those that none ever hears.
 */
export const NOISE_KINDS = ['unheard', 'heard', 'white', 'babble'] as const

const BABBLE_VOICES = 5

/**
 * The clips under a condition. A clip's noise is drawn by the seed and its name alone: at every SNR it is the same
 * noise, and the same whatever other clips there are.
 *
 * @throws {UsageError} `USAGE_ARGUMENTS` if there is no noise of that kind
 */
export function inNoise(
  clips: readonly Clip[],
  { kind, snrDb }: NoiseCondition,
  material: NoiseMaterial,
  seed: number,
): HeardClip[] {
  return clips.map((clip) => {
    const random = createRandom(seed, ...Buffer.from(`${clip.corpus}/${clip.name}`))
    const noise: Noise = { ...drawNoise(kind, clip, material, random), snrDb, seed: random.below(2 ** 30) }
    return { clip, variant: { ...AS_RECORDED, noise } }
  })
}

function drawNoise(
  kind: string,
  clip: Clip,
  { recordings, voices }: NoiseMaterial,
  random: Random,
): Pick<Noise, 'kind' | 'paths'> {
  if (kind === 'white') return { kind, paths: [] }
  if (kind === 'babble') return { kind, paths: drawVoices(clip, voices, random) }
  const classes = classesOf(kind, recordings)
  const paths = recordings.get(classes[random.below(classes.length)] as string) as readonly string[]
  return { kind: 'recorded', paths: [paths[random.below(paths.length)] as string] }
}

/** Classes of recordings that a kind stands for. */
function classesOf(kind: string, recordings: NoiseMaterial['recordings']): readonly string[] {
  const isHeard = (name: string): boolean => TRAINING_NOISE.some((known) => known === name)
  const classes = [...recordings.keys()].sort().filter((name) => {
    if (kind === 'heard') return isHeard(name)
    return kind === 'unheard' ? !isHeard(name) : kind === name
  })
  if (classes.length > 0) return classes
  const choices = [...NOISE_KINDS, ...[...recordings.keys()].sort()].join(', ')
  throw new UsageError(
    'USAGE_ARGUMENTS',
    `there are no recordings of noise '${kind}'; choose from ${choices}, and see that noise/esc10 lies beside the corpora`,
  )
}

/** Other people of the same corpus, each from a clip drawn at random. */
function drawVoices(clip: Clip, voices: readonly Clip[], random: Random): string[] {
  const others = voices.filter(({ corpus, speaker }) => corpus === clip.corpus && speaker !== clip.speaker)
  if (others.length === 0) {
    throw new UsageError(
      'USAGE_ARGUMENTS',
      `babble is mixed from other speakers, and ${clip.corpus} has none but ${clip.speaker}; leave it out of --noise-kinds`,
    )
  }
  return Array.from({ length: BABBLE_VOICES }, () => (others[random.below(others.length)] as Clip).path)
}
