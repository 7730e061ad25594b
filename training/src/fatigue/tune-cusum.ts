import type { FatigueParams } from '../../../src/affect/fatigue/fatigue-params.js'
import { doseRows, falseAlarms } from './fatigue-figures.js'
import type { MeasuredSpeaker } from './measure-speaker.js'

/** Shown besides the one in use. */
const K = [0.3, 0.4, 0.5, 0.6, 0.8, 1] as const
const H = [1, 2, 3, 4, 5, 6, 8] as const
/** What a setting may cost on the speakers that it is chosen on, an hour of speech. */
const MAX_FALSE_PER_HOUR = 0.5
/** What it is to find, and how soon at the median. */
const FOUND = { series: 'all together', step: 'moderate' } as const
const MAX_DELAY_MIN = 5

export interface CusumTrial {
  readonly k: number
  readonly h: number
  readonly falsePerHour: number
  readonly found: number
  readonly medianDelayMin: number | null
}

/**
 * Every k and h on the tuning speakers, and the choice: k is not tuned but half of the shift that is to be found, a
 * composite of 1; h is the greatest, so the most careful, with which every session of the moderate dose is raised, half
 * of them within five minutes of speech, at no more than half a false alarm an hour.
 *
 * @see Montgomery 2013, "Introduction to Statistical Quality Control", §9.1 (k)
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
  const sessions = speakers.filter(({ manner }) => manner === 'neutral').length
  const chosen = trials.findLast(
    ({ k, falsePerHour, found, medianDelayMin }) =>
      k === params.cusumK &&
      falsePerHour <= MAX_FALSE_PER_HOUR &&
      found === sessions &&
      (medianDelayMin ?? Infinity) <= MAX_DELAY_MIN,
  )
  return { trials, chosen }
}
