import type { FatigueAssessment } from '../../../src/affect/fatigue/fatigue-assessment.js'
import { FatigueBaseline } from '../../../src/affect/fatigue/fatigue-baseline.js'
import { FATIGUE_CUES, type FatigueBlock } from '../../../src/affect/fatigue/fatigue-cues.js'
import { FatigueIndicator } from '../../../src/affect/fatigue/fatigue-indicator.js'
import type { FatigueParams } from '../../../src/affect/fatigue/fatigue-params.js'
import type { MeasuredSpeaker } from './measure-speaker.js'

/** What the indicator made of a session, on a baseline of the same speaker. */
export interface Replay {
  /** Mean composite of its blocks. */
  readonly composite: number
  /** Mean z of each cue, in the order of FATIGUE_CUES. */
  readonly cues: readonly number[]
  /** At its end. */
  readonly z: number
  readonly score: number
  /** Speech until the indicator was raised, min; null: not in this session. */
  readonly delayMin: number | null
  readonly speechMin: number
  /** Blocks that were taken for another voice's. */
  readonly otherVoice: number
  readonly blocks: number
}

/** @param blocks of one session, none of which the baseline knows */
export function replay(
  speaker: MeasuredSpeaker,
  blocks: readonly FatigueBlock[],
  params: FatigueParams,
): Replay {
  const baseline = new FatigueBaseline(params)
  baseline.restore(speaker.baseline.flat(), [])
  const indicator = new FatigueIndicator(baseline, params)
  const heard: FatigueAssessment[] = []
  let [speechMin, otherVoice] = [0, 0]
  let delayMin: number | null = null
  for (const block of blocks) {
    const assessment = indicator.add(block, 0)
    speechMin += block.speechMs / 60_000
    if (assessment.raised) delayMin ??= speechMin
    if (assessment.status === 'ok') heard.push(assessment)
    else otherVoice++
  }
  const meanOf = (of: (assessment: FatigueAssessment) => number): number =>
    heard.reduce((sum, assessment) => sum + of(assessment), 0) / Math.max(1, heard.length)
  const cues = FATIGUE_CUES.map((cue) => meanOf((assessment) => assessment.cues[cue]?.z ?? 0))
  return {
    composite: meanOf((assessment) =>
      Object.values(assessment.cues).reduce((sum, { contribution }) => sum + contribution, 0),
    ),
    cues,
    z: heard.at(-1)?.z ?? 0,
    score: heard.at(-1)?.score ?? 0,
    delayMin,
    speechMin,
    otherVoice,
    blocks: blocks.length,
  }
}
