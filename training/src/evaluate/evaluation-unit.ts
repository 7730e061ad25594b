import type { AdaptationMode } from '../../../src/affect/adaptation-params.js'
import type { Variant } from '../augment/variant.js'
import type { Clip } from '../corpora/clip.js'
import type { Verdict } from './verdict.js'

/** One way of hearing one clip. */
export interface HeardClip {
  readonly clip: Clip
  /** Noise and the like; as recorded for what is called clean. */
  readonly variant: Variant
}

export type WarmPolicy = Exclude<AdaptationMode, 'off'>

/** What a device has heard of the speaker before it judges: audio alone, no labels. */
export interface WarmUp {
  /** Learn from windows that the agent itself judges neutral, or from all of them. */
  readonly policy: WarmPolicy
  readonly clips: readonly Clip[]
}

/**
 * A piece of an evaluation that needs nothing of the others, so that pieces can be done side by side and in any
 * order with the same result. Plain data: it travels between processes.
 */
export interface EvaluationUnit {
  readonly form: 'int8' | 'float'
  /** Folder of the int8 artefact, whose labels, prior and temperature count for both forms. */
  readonly artefact: string
  /** File of the float weights; of no interest to int8. */
  readonly floatWeights: string | null
  readonly clips: readonly HeardClip[]
  readonly warmUp: WarmUp | null
  /** Folder of the features that are kept. */
  readonly cache: string
}

export type ClipJudge = (heard: HeardClip) => Promise<Verdict>

const CLIPS_PER_UNIT = 16

/** Cuts clips that are judged alike into units. */
export function unitsOf(clips: readonly HeardClip[], like: Omit<EvaluationUnit, 'clips'>): EvaluationUnit[] {
  const units: EvaluationUnit[] = []
  for (let at = 0; at < clips.length; at += CLIPS_PER_UNIT) {
    units.push({ ...like, clips: clips.slice(at, at + CLIPS_PER_UNIT) })
  }
  return units
}
