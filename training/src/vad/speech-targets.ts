import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import { isSpeechAt, type SyllableStart } from '../corpora/emodb-syllables.js'

/** What a moment of a recording is. */
export const PAUSE = 0
export const SPEECH = 1
/** Too near a boundary, or too faint, to say. */
export const UNKNOWN = 2

/** Targets lie this far apart: 10 ms. */
export const TARGET_HOP_SAMPLES = SAMPLE_RATE_HZ / 100

/** A recording with what each moment of it is. */
export interface TimedClip {
  readonly samples: Float32Array
  /** One a TARGET_HOP_SAMPLES. */
  readonly targets: Uint8Array
}

const WINDOW_SAMPLES = 2 * TARGET_HOP_SAMPLES
/** So far above the recording's background begins what may be speech, and what is. */
const MAYBE_OVER_FLOOR_DB = 6
const SPEECH_OVER_FLOOR_DB = 12
/** So far under its loud parts nothing is surely speech. */
const SPEECH_UNDER_PEAK_DB = 35
/** A gap so short, in hops, is the closure of a stop: speech. One a little longer nobody knows. */
const CLOSURE_HOPS = 8
const UNSURE_GAP_HOPS = 15
/** What is shorter is a click. */
const SHORTEST_SPEECH_HOPS = 6
/** On both sides of every boundary. */
const BOUNDARY_HOPS = 2

/** Targets of a clip whose syllables are timed by hand: shape [samples / TARGET_HOP_SAMPLES]. */
export function targetsOfSyllables(starts: readonly SyllableStart[], samples: number): Uint8Array {
  return Uint8Array.from({ length: Math.floor(samples / TARGET_HOP_SAMPLES) }, (_, n) =>
    isSpeechAt(starts, (n + 0.5) * TARGET_HOP_SAMPLES) ? SPEECH : PAUSE,
  )
}

/**
 * Targets of a studio recording by its own level: speech stands above the room, the closures of stops belong to it,
 * and what is near a boundary stays unknown.
 */
export function targetsOfLevel(samples: Float32Array): Uint8Array {
  const levelsDb = hopLevelsDb(samples)
  const sorted = [...levelsDb].sort((a, b) => a - b)
  const floorDb = sorted[Math.floor(0.05 * sorted.length)] ?? 0
  const peakDb = sorted[Math.floor(0.95 * sorted.length)] ?? 0
  const speechDb = Math.max(floorDb + SPEECH_OVER_FLOOR_DB, peakDb - SPEECH_UNDER_PEAK_DB)
  const targets = Uint8Array.from(levelsDb, (level) =>
    level >= speechDb ? SPEECH : level >= floorDb + MAYBE_OVER_FLOOR_DB ? UNKNOWN : PAUSE,
  )
  forEachRun(targets, (kind, from, to) => {
    if (kind === SPEECH && to - from < SHORTEST_SPEECH_HOPS) targets.fill(UNKNOWN, from, to)
  })
  closeGaps(targets)
  blurBoundaries(targets)
  return targets
}

/** Level around the middle of each hop, dB. */
function hopLevelsDb(samples: Float32Array): Float64Array {
  return Float64Array.from({ length: Math.floor(samples.length / TARGET_HOP_SAMPLES) }, (_, n) => {
    const from = Math.max(0, (n + 0.5) * TARGET_HOP_SAMPLES - WINDOW_SAMPLES / 2)
    const to = Math.min(samples.length, from + WINDOW_SAMPLES)
    let sum = 0
    for (let i = from; i < to; i++) sum += (samples[i] as number) ** 2
    return 10 * Math.log10(sum / (to - from) + 1e-12)
  })
}

/** Between two stretches of speech. */
function closeGaps(targets: Uint8Array): void {
  let end = -1
  for (let n = 0; n < targets.length; n++) {
    if (targets[n] !== SPEECH) continue
    const gap = n - end - 1
    if (end >= 0 && gap > 0 && gap <= UNSURE_GAP_HOPS) {
      targets.fill(gap <= CLOSURE_HOPS ? SPEECH : UNKNOWN, end + 1, n)
    }
    end = n
  }
}

function blurBoundaries(targets: Uint8Array): void {
  forEachRun(targets.slice(), (kind, from, to) => {
    if (kind === UNKNOWN) return
    if (from > 0) targets.fill(UNKNOWN, from, Math.min(to, from + BOUNDARY_HOPS))
    if (to < targets.length) targets.fill(UNKNOWN, Math.max(from, to - BOUNDARY_HOPS), to)
  })
}

function forEachRun(targets: Uint8Array, visit: (kind: number, from: number, to: number) => void): void {
  for (let from = 0, to = 0; from < targets.length; from = to) {
    const kind = targets[from] as number
    while (to < targets.length && targets[to] === kind) to++
    visit(kind, from, to)
  }
}

/** Mean square of what is speech in the clip; never 0. */
export function speechPower({ samples, targets }: TimedClip): number {
  let sum = 0
  let count = 0
  for (let n = 0; n < targets.length; n++) {
    if (targets[n] !== SPEECH) continue
    for (let i = n * TARGET_HOP_SAMPLES; i < (n + 1) * TARGET_HOP_SAMPLES; i++)
      sum += (samples[i] as number) ** 2
    count += TARGET_HOP_SAMPLES
  }
  return Math.max(1e-10, count > 0 ? sum / count : meanSquare(samples))
}

export function meanSquare(samples: Float32Array): number {
  let sum = 0
  for (const x of samples) sum += x * x
  return sum / Math.max(1, samples.length)
}
