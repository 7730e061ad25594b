import { FATIGUE_CUES } from '../../../src/affect/fatigue/fatigue-cues.js'
import type { FatigueParams } from '../../../src/affect/fatigue/fatigue-params.js'
import { statistics } from '../../../src/features/statistics.js'
import { DOSE_SERIES } from './dose.js'
import type { MeasuredSpeaker } from './measure-speaker.js'
import { replay, type Replay } from './replay.js'

/** Over the speakers, one session each. */
export interface DoseRow {
  readonly series: string
  readonly step: string
  readonly sessions: number
  /** Mean over the speakers of their sessions' mean composite, and its standard deviation between speakers. */
  readonly composite: number
  readonly compositeStd: number
  /** Means at the end of the session. */
  readonly z: number
  readonly score: number
  /** Mean z of each cue, by name. */
  readonly cues: Readonly<Record<string, number>>
  /** Sessions in which the indicator was raised. */
  readonly raised: number
  /** Median over the raised ones, min of speech. */
  readonly medianDelayMin: number | null
  /** Speech until a steady composite of the mean would raise it, min: h/(composite − k); null: never. */
  readonly expectedDelayMin: number | null
}

export interface FalseAlarms {
  readonly material: string
  readonly sessions: number
  readonly speechHours: number
  readonly raised: number
  readonly perSpeechHour: number
  /** Median and extremes of the sessions' mean composite. */
  readonly composite: { readonly median: number; readonly min: number; readonly max: number }
  /** Share of the blocks taken for another voice's. */
  readonly otherVoiceShare: number
}

/** The curve's places: the unmodified session, then the steps. */
export function doseRows(speakers: readonly MeasuredSpeaker[], params: FatigueParams): DoseRow[] {
  const neutral = speakers.filter(({ manner }) => manner === 'neutral')
  const unmodified = neutral.map((speaker) => replay(speaker, firstBlocks(speaker), params))
  return DOSE_SERIES.flatMap(({ name, steps }) => [
    rowOf(name, '0', unmodified, params),
    ...steps.map(({ name: step }) => {
      const replays = neutral.map((speaker) => {
        const dosed = speaker.dosed.find((each) => each.series === name && each.step === step)
        return replay(speaker, dosed?.blocks ?? [], params)
      })
      return rowOf(name, step, replays, params)
    }),
  ])
}

/** As much of an unmodified session as the dosed ones have. */
function firstBlocks(speaker: MeasuredSpeaker): MeasuredSpeaker['unmodified'][number] {
  return (speaker.unmodified[0] ?? []).slice(0, speaker.dosed[0]?.blocks.length)
}

function rowOf(
  series: string,
  step: string,
  replays: readonly Replay[],
  { cusumK, cusumH }: FatigueParams,
): DoseRow {
  const composites = statistics(replays.map(({ composite }) => composite))
  const delays = replays.flatMap(({ delayMin }) => delayMin ?? [])
  return {
    series,
    step,
    sessions: replays.length,
    composite: composites.mean,
    compositeStd: composites.std,
    z: statistics(replays.map(({ z }) => z)).mean,
    score: statistics(replays.map(({ score }) => score)).mean,
    cues: Object.fromEntries(
      FATIGUE_CUES.map((cue, c) => [cue, statistics(replays.map(({ cues }) => cues[c] ?? 0)).mean]),
    ),
    raised: delays.length,
    medianDelayMin: delays.length === 0 ? null : statistics(delays).p50,
    expectedDelayMin: composites.mean > cusumK ? cusumH / (composites.mean - cusumK) : null,
  }
}

export function falseAlarms(
  material: string,
  speakers: readonly MeasuredSpeaker[],
  params: FatigueParams,
): FalseAlarms {
  const replays = speakers.flatMap((speaker) =>
    speaker.unmodified.map((blocks) => replay(speaker, blocks, params)),
  )
  const speechHours = replays.reduce((sum, { speechMin }) => sum + speechMin, 0) / 60
  const raised = replays.filter(({ delayMin }) => delayMin !== null).length
  const { p50, min, max } = statistics(replays.map(({ composite }) => composite))
  const blocks = replays.reduce((sum, each) => sum + each.blocks, 0)
  return {
    material,
    sessions: replays.length,
    speechHours,
    raised,
    perSpeechHour: raised / Math.max(1e-9, speechHours),
    composite: { median: p50, min, max },
    otherVoiceShare: replays.reduce((sum, { otherVoice }) => sum + otherVoice, 0) / Math.max(1, blocks),
  }
}
