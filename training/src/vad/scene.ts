import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../../../src/units.js'
import type { Random } from '../random.js'
import { COMPUTED_NOISES } from './noise-source.js'
import { meanSquare, PAUSE, speechPower, TARGET_HOP_SAMPLES, type TimedClip } from './speech-targets.js'

export interface SceneMaterial {
  /** Clips by corpus; a corpus is drawn first, then its clip. */
  readonly speech: readonly (readonly TimedClip[])[]
  /** Recordings of noise by class. */
  readonly noise: readonly (readonly Float32Array[])[]
}

/** A stream as a microphone might hear it, with the target of each whole frame. */
export interface Scene {
  readonly samples: Float32Array
  readonly targets: Uint8Array
}

const MIN_SECONDS = 3
const MAX_SECONDS = 18
const NOISE_ONLY_SHARE = 0.15
/** Scenes whose noise is far below the speech, or that have none at all. */
const QUIET_SHARE = 0.3
/** Other people talk. Louder, or alone, they would be speech themselves. */
const BABBLE_SHARE = 0.08
const MIN_BABBLE_SNR_DB = 3
const MUTED_SHARE = 0.05
/** Of the noises; the others are computed. */
const RECORDED_SHARE = 0.45
/** So often at least the first corpus, whose times are made by hand, is drawn from. */
const FIRST_CORPUS_SHARE = 0.35

/** Draws a scene: clips with pauses between them, at some level, in some noise, through some microphone. */
export function drawScene(material: SceneMaterial, random: Random): Scene {
  const length =
    Math.floor(
      ((MIN_SECONDS + (MAX_SECONDS - MIN_SECONDS) * random.next()) * SAMPLE_RATE_HZ) / FRAME_SAMPLES,
    ) * FRAME_SAMPLES
  const levelDb = between(random, -52, -10)
  const samples = new Float32Array(length)
  const targets = new Uint8Array(length / FRAME_SAMPLES).fill(PAUSE)
  const isNoiseOnly = random.next() < NOISE_ONLY_SHARE
  if (!isNoiseOnly) placeSpeech(samples, targets, levelDb, material, random)
  const kind = random.next()
  if (isNoiseOnly) {
    addNoise(samples, levelDb, material, random)
  } else if (kind < QUIET_SHARE + BABBLE_SHARE && kind >= QUIET_SHARE) {
    const voices = babble(length, material.speech, 4 + random.below(5), random)
    addAt(samples, voices, levelDb - between(random, MIN_BABBLE_SNR_DB, 25))
  } else if (kind >= QUIET_SHARE) {
    addNoise(samples, levelDb - between(random, -5, 25), material, random)
  } else if (kind >= MUTED_SHARE) {
    addAt(
      samples,
      COMPUTED_NOISES[random.next() < 0.5 ? 'white' : 'pink'](length, random),
      levelDb - between(random, 25, 60),
    )
  }
  if (random.next() < 0.4) colour(samples, random)
  for (let i = 0; i < length; i++) samples[i] = Math.max(-1, Math.min(1, samples[i] as number))
  return { samples, targets }
}

function placeSpeech(
  samples: Float32Array,
  targets: Uint8Array,
  levelDb: number,
  material: SceneMaterial,
  random: Random,
): void {
  let at = random.next() < 0.3 ? 0 : Math.floor(between(random, 0, 2) * SAMPLE_RATE_HZ)
  while (at < samples.length) {
    const corpus = random.next() < FIRST_CORPUS_SHARE ? material.speech[0]! : pick(material.speech, random)
    const clip = pick(corpus, random)
    const power = speechPower(clip)
    const gain = Math.sqrt(10 ** ((levelDb + 3 * random.normal()) / 10) / power)
    const end = Math.min(samples.length, at + clip.samples.length)
    for (let i = at; i < end; i++)
      samples[i] = (samples[i] as number) + gain * (clip.samples[i - at] as number)
    for (let frame = Math.ceil(at / FRAME_SAMPLES); (frame + 1) * FRAME_SAMPLES <= end; frame++) {
      const middle = frame * FRAME_SAMPLES + FRAME_SAMPLES / 2 - at
      targets[frame] = clip.targets[Math.floor(middle / TARGET_HOP_SAMPLES)] ?? PAUSE
    }
    at = end + (random.next() < 0.4 ? 0 : Math.floor(between(random, 0, 2.5) * SAMPLE_RATE_HZ))
  }
}

/** One noise, sometimes two; sometimes it comes late, goes early or swells. */
function addNoise(samples: Float32Array, levelDb: number, material: SceneMaterial, random: Random): void {
  const count = random.next() < 0.2 ? 2 : 1
  for (let n = 0; n < count; n++) {
    const noise = drawNoise(samples.length, material, random)
    if (random.next() < 0.3) shape(noise, random)
    addAt(samples, noise, levelDb - (n === 0 ? 0 : between(random, 0, 15)))
  }
}

function drawNoise(length: number, { noise }: SceneMaterial, random: Random): Float32Array {
  if (random.next() < RECORDED_SHARE) return looped(pick(pick(noise, random), random), length, random)
  const names = Object.keys(COMPUTED_NOISES) as (keyof typeof COMPUTED_NOISES)[]
  return COMPUTED_NOISES[pick(names, random)](length, random)
}

/** Several people at once, none of whom is the speaker. */
export function babble(
  length: number,
  speech: readonly (readonly TimedClip[])[],
  voices: number,
  random: Random,
): Float32Array {
  const out = new Float32Array(length)
  for (let v = 0; v < voices; v++) {
    for (let at = 0; at < length;) {
      const clip = pick(pick(speech, random), random)
      const gain = 1 / Math.sqrt(speechPower(clip))
      const from = at === 0 ? random.below(clip.samples.length) : 0
      for (let i = from; i < clip.samples.length && at < length; i++, at++) {
        out[at] = (out[at] as number) + gain * (clip.samples[i] as number)
      }
    }
  }
  return out
}

/** The recording from a random place on, again and again. */
export function looped(recording: Float32Array, length: number, random: Random): Float32Array {
  const from = random.below(recording.length)
  const out = new Float32Array(length)
  for (let i = 0, at = from; i < length; i++, at++) {
    if (at === recording.length) at = 0
    out[i] = recording[at] as number
  }
  return out
}

function shape(noise: Float32Array, random: Random): void {
  const from = random.next() < 0.5 ? random.below(noise.length) : 0
  const to = random.next() < 0.3 ? from + random.below(noise.length - from) : noise.length
  const swellHz = random.next() < 0.5 ? 0.2 + 6 * random.next() ** 2 : 0
  for (let i = 0; i < noise.length; i++) {
    const swell = swellHz > 0 ? 0.55 + 0.45 * Math.sin((2 * Math.PI * swellHz * i) / SAMPLE_RATE_HZ) : 1
    noise[i] = i < from || i >= to ? 0 : swell * (noise[i] as number)
  }
}

function addAt(samples: Float32Array, noise: Float32Array, levelDb: number): void {
  const gain = Math.sqrt(10 ** (levelDb / 10) / Math.max(1e-12, meanSquare(noise)))
  for (let i = 0; i < samples.length; i++) samples[i] = (samples[i] as number) + gain * (noise[i] as number)
}

/** A tilt of the spectrum, or a low-pass, as cheap microphones have. */
function colour(samples: Float32Array, random: Random): void {
  const tilt = between(random, -0.7, 0.7)
  const pole = random.next() < 0.4 ? between(random, 0.2, 0.6) : 0
  let before = 0
  let low = 0
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i] as number
    low += (1 - pole) * ((x + tilt * before) / (1 + Math.abs(tilt)) - low)
    before = x
    samples[i] = low
  }
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[random.below(items.length)] as T
}

function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next()
}
