import { UNIFIED_LABELS, type Label } from './clip.js'
import type { Heard } from './duplicates.js'

/** A corpus in figures. */
export interface CorpusStats {
  readonly clips: number
  readonly hours: number
  /** Clips of each class that occurs. */
  readonly classes: Readonly<Partial<Record<Label, number>>>
  readonly speakers: { readonly female: number; readonly male: number; readonly unknown: number }
  /** Of a clip, in seconds. */
  readonly durationS: { readonly min: number; readonly median: number; readonly max: number }
}

const SECONDS_AN_HOUR = 3600

/** @param heard clips of one corpus, one at least */
export function corpusStats(heard: readonly Heard[]): CorpusStats {
  const durations = heard.map(({ durationS }) => durationS).sort((a, b) => a - b)
  const classes: Partial<Record<Label, number>> = {}
  for (const label of UNIFIED_LABELS) {
    const count = heard.filter(({ clip }) => clip.label === label).length
    if (count > 0) classes[label] = count
  }
  const sexOf = new Map(heard.map(({ clip }) => [clip.speaker, clip.sex ?? ('unknown' as const)]))
  const speakers = { female: 0, male: 0, unknown: 0 }
  for (const sex of sexOf.values()) speakers[sex]++
  return {
    clips: heard.length,
    hours: durations.reduce((sum, duration) => sum + duration, 0) / SECONDS_AN_HOUR,
    classes,
    speakers,
    durationS: {
      min: durations[0] ?? NaN,
      median: durations[Math.floor(durations.length / 2)] ?? NaN,
      max: durations.at(-1) ?? NaN,
    },
  }
}
