import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../../../src/units.js'
import type { Random } from '../random.js'
import { doseClip, type Dose } from './dose.js'

/** Pauses between phrases: log-normal with this median … */
const PAUSE_MEDIAN_S = 0.55
/** … this spread of their logarithm, within these bounds before any dose. */
const PAUSE_SIGMA = 0.4
const PAUSE_BOUNDS_S = [0.25, 1.6] as const
/** Phrases in a turn, and the time until the next turn. */
const TURN_PHRASES = [5, 12] as const
const TURN_GAP_S = [3.5, 6] as const
/** Of the room, RMS. */
const NOISE_DBFS = -64

/** The clips of one half of a speaker, trimmed and level. */
export interface Phrases {
  readonly clips: readonly Float32Array[]
}

/**
 * A speaker's session without end, in pieces of a whole number of frames: phrases in random order, all of them before
 * any comes again, with pauses between them, turns, and the noise of a quiet room.
 *
 * @see Campione & Véronis 2002, "A large-scale multilingual study of silent pause duration" (log-normal pauses)
 */
export function* sessionAudio({ clips }: Phrases, dose: Dose, random: Random): Generator<Float32Array> {
  const dosed = new Map<Float32Array, Float32Array>()
  let queue: Float32Array[] = []
  let left = phrasesInTurn(random)
  for (;;) {
    if (queue.length === 0) queue = random.shuffle([...clips])
    const clip = queue.pop() as Float32Array
    const phrase = dosed.get(clip) ?? doseClip(clip, dose)
    dosed.set(clip, phrase)
    const pauseS = dose.pauses * drawPause(random)
    const gapS = --left > 0 ? pauseS : TURN_GAP_S[0] + (TURN_GAP_S[1] - TURN_GAP_S[0]) * random.next()
    if (left <= 0) left = phrasesInTurn(random)
    yield inRoom(phrase, gapS, random)
  }
}

function drawPause(random: Random): number {
  const drawn = PAUSE_MEDIAN_S * Math.exp(PAUSE_SIGMA * random.normal())
  return Math.min(PAUSE_BOUNDS_S[1], Math.max(PAUSE_BOUNDS_S[0], drawn))
}

function phrasesInTurn(random: Random): number {
  return TURN_PHRASES[0] + random.below(TURN_PHRASES[1] - TURN_PHRASES[0] + 1)
}

/** White noise, low-passed once so that it is a room's rather than a wire's. */
function inRoom(phrase: Float32Array, gapS: number, random: Random): Float32Array {
  const length = Math.round((phrase.length + gapS * SAMPLE_RATE_HZ) / FRAME_SAMPLES) * FRAME_SAMPLES
  const out = new Float32Array(length)
  // Uniform noise has a third of its amplitude's square; the low-pass passes (1 − a)/(1 + a) of it.
  const a = 0.8
  const amplitude = Math.sqrt((3 * 10 ** (NOISE_DBFS / 10) * (1 + a)) / (1 - a))
  let noise = 0
  for (let i = 0; i < length; i++) {
    noise = a * noise + (1 - a) * amplitude * (2 * random.next() - 1)
    out[i] = (phrase[i] ?? 0) + noise
  }
  return out
}
