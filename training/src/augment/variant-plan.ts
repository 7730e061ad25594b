import type { Clip } from '../corpora/clip.js'
import { createRandom, type Random } from '../random.js'
import { COMPUTED_NOISES } from '../vad/noise-source.js'
import { AS_RECORDED, type Noise, type Reverb, type Variant } from './variant.js'

/** How the clips of a run are varied. Kept in `run.json`. */
export interface VariantPlan {
  /** Variants of each clip; the first is the clip as recorded. */
  readonly count: number
  /** Variants beyond the first take these in turn. */
  readonly speeds: readonly number[]
  /** Of the variants beyond the first, those with noise and those with a room. A variant may have both. */
  readonly noisyShare: number
  readonly reverberantShare: number
  /** Of the noisy ones: babble and recordings; the rest is computed. */
  readonly babbleShare: number
  readonly recordedShare: number
  readonly snrDb: readonly [number, number]
  readonly rt60S: readonly [number, number]
  readonly gainDb: readonly [number, number]
  readonly leadMs: readonly [number, number]
}

export const VARIANT_DEFAULTS: VariantPlan = {
  count: 3,
  speeds: [0.9, 1.1, 0.95, 1.05, 1],
  noisyShare: 0,
  reverberantShare: 0,
  babbleShare: 0.3,
  recordedShare: 0.4,
  snrDb: [5, 25],
  rt60S: [0.15, 0.6],
  gainDb: [0, 0],
  leadMs: [0, 0],
}

/** What noise may be made of. */
export interface NoiseSources {
  /** Clips whose speakers may be heard as babble: those of the training side. */
  readonly voices: readonly Clip[]
  /**
   * Every clip of the corpora. Voices are drawn from these and passed over where they are not allowed, so that folds
   * that differ in a few speakers share most of their variants, and their cached features.
   */
  readonly universe: readonly Clip[]
  readonly recordings: readonly string[]
}

const BABBLE_VOICES = [3, 6] as const

/**
 * The variants of a clip: the same for the same plan, sources and seed, whatever the other clips are.
 */
export function variantsOf(clip: Clip, plan: VariantPlan, sources: NoiseSources, seed: number): Variant[] {
  const allowed = allowedVoices(sources)
  return Array.from({ length: plan.count }, (_, n): Variant => {
    if (n === 0) return AS_RECORDED
    const random = createRandom(seed, hashOf(`${clip.corpus}/${clip.name}`), n)
    const speed = plan.speeds[(n - 1) % plan.speeds.length] as number
    const isNoisy = random.next() < plan.noisyShare
    const isReverberant = random.next() < plan.reverberantShare
    return {
      speed,
      reverb: isReverberant ? drawReverb(plan, random) : null,
      noise: isNoisy ? drawNoise(clip, plan, sources, allowed, random) : null,
      gainDb: rounded(between(random, plan.gainDb)),
      leadMs: Math.round(between(random, plan.leadMs)),
    }
  })
}

function drawReverb(plan: VariantPlan, random: Random): Reverb {
  return {
    rt60S: rounded(between(random, plan.rt60S)),
    directDb: rounded(between(random, [-2, 10])),
    seed: random.below(2 ** 30),
  }
}

function drawNoise(
  clip: Clip,
  plan: VariantPlan,
  sources: NoiseSources,
  allowed: ReadonlySet<string>,
  random: Random,
): Noise {
  const snrDb = rounded(between(random, plan.snrDb))
  const seed = random.below(2 ** 30)
  const which = random.next()
  if (which < plan.babbleShare) {
    const paths = drawVoices(clip, sources, allowed, random)
    if (paths.length > 0) return { kind: 'babble', paths, snrDb, seed }
  } else if (which < plan.babbleShare + plan.recordedShare && sources.recordings.length > 0) {
    const recording = sources.recordings[random.below(sources.recordings.length)] as string
    return { kind: 'recorded', paths: [recording], snrDb, seed }
  }
  const kinds = Object.keys(COMPUTED_NOISES)
  return { kind: kinds[random.below(kinds.length)] as string, paths: [], snrDb, seed }
}

/** Clips of other speakers; fewer than wished for where hardly anyone else is allowed. */
function drawVoices(
  clip: Clip,
  { universe }: NoiseSources,
  allowed: ReadonlySet<string>,
  random: Random,
): string[] {
  const wanted = BABBLE_VOICES[0] + random.below(BABBLE_VOICES[1] - BABBLE_VOICES[0] + 1)
  const paths: string[] = []
  for (let tries = 0; tries < 60 && paths.length < wanted; tries++) {
    const voice = universe[random.below(universe.length)]
    if (
      voice &&
      voice.path !== clip.path &&
      speakerOf(voice) !== speakerOf(clip) &&
      allowed.has(voice.path)
    ) {
      paths.push(voice.path)
    }
  }
  return paths
}

const allowedBySources = new WeakMap<NoiseSources, ReadonlySet<string>>()

function allowedVoices(sources: NoiseSources): ReadonlySet<string> {
  const known = allowedBySources.get(sources)
  if (known) return known
  const paths = new Set(sources.voices.map((voice) => voice.path))
  allowedBySources.set(sources, paths)
  return paths
}

function speakerOf(clip: Clip): string {
  return `${clip.corpus}/${clip.speaker}`
}

function between(random: Random, [low, high]: readonly [number, number]): number {
  return low + (high - low) * random.next()
}

/** Two decimals, so that a variant reads well where it is written down. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

/** FNV-1a. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
