import type { FatigueParams } from '../../../src/affect/fatigue/fatigue-params.js'
import { doseRows, falseAlarms } from './fatigue-figures.js'
import type { MeasuredSpeaker } from './measure-speaker.js'

const K = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1] as const
const H = [1, 1.5, 2, 3, 4] as const
/** What a setting may cost on the speakers that it is chosen on, an hour of speech. */
const MAX_FALSE_PER_HOUR = 0.5
/** What it is to find. */
const FOUND = { series: 'all together', step: 'moderate' } as const

export interface CusumTrial {
  readonly k: number
  readonly h: number
  readonly falsePerHour: number
  readonly found: number
  readonly medianDelayMin: number | null
}

/**
 * Every k and h on the tuning speakers, and the one that finds most sessions of a moderate dose, then soonest, then with
 * the greatest h, of those with at most half a false alarm an hour of their unmodified speech.
 */
export function tuneCusum(
  speakers: readonly MeasuredSpeaker[],
  params: FatigueParams,
): { readonly trials: readonly CusumTrial[]; readonly chosen: CusumTrial | undefined } {
  const trials = K.flatMap((k) =>
    H.map((h): CusumTrial => {
      const set = { ...params, cusumK: k, cusumH: h }
      const row = doseRows(speakers, set).find(
        ({ series, step }) => series === FOUND.series && step === FOUND.step,
      )
      return {
        k,
        h,
        falsePerHour: falseAlarms('tuning', speakers, set).perSpeechHour,
        found: row?.raised ?? 0,
        medianDelayMin: row?.medianDelayMin ?? null,
      }
    }),
  )
  const [chosen] = trials
    .filter(({ falsePerHour }) => falsePerHour <= MAX_FALSE_PER_HOUR)
    .sort(
      (a, b) =>
        b.found - a.found || (a.medianDelayMin ?? 99) - (b.medianDelayMin ?? 99) || b.h - a.h || b.k - a.k,
    )
  return { trials, chosen }
}
