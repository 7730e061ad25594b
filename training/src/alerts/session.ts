import type { Clip, Label } from '../corpora/clip.js'

/** A simulated stretch of listening at one microphone: who is there, what may be heard, and for how long. Plain data. */
export interface SessionTask {
  /** Unique within a run: `dev/ravdess-8/mixed`. */
  readonly name: string
  readonly kind: SessionKind
  readonly seed: number
  readonly seconds: number
  /** Folder of the int8 artefact that judges; it has heard nobody of the cast. */
  readonly artefact: string
  readonly artefactSha256: string
  readonly cast: Cast
  /** What differs from the default configuration, `key=value`; absent: nothing. */
  readonly set?: readonly string[]
  /** Paths of recordings of noise, by class. */
  readonly noise: Readonly<Record<string, readonly string[]>>
}

/** `mixed` has episodes; `neutral` has none: neutral speech, silence and noise alone. */
export type SessionKind = 'mixed' | 'neutral'

export interface Cast {
  /** Who sits before the microphone, with every clip of theirs that may be used. */
  readonly main: readonly Clip[]
  /** Somebody else who says something now and then. */
  readonly companion: readonly Clip[]
  /** Neutral clips of others, who are heard as babble alone. */
  readonly bystanders: readonly Clip[]
}

/** A clip that is heard, from a sample on. */
export interface Turn {
  readonly path: string
  readonly startSample: number
  readonly durationSamples: number
  readonly gain: number
}

/** A while in which somebody plays one emotion, pauses included. */
export interface Episode {
  readonly label: Label
  readonly startSample: number
  readonly endSample: number
}

/** The noise of a while; the one after it is another. */
export interface NoiseBed {
  readonly kind: string
  /** Recordings or voices; empty for what is computed. */
  readonly paths: readonly string[]
  readonly startSample: number
  readonly endSample: number
  readonly levelDbfs: number
  readonly seed: number
}

/** What is heard in a session, sample for sample, without the audio itself. */
export interface SessionPlan {
  readonly lengthSamples: number
  /** By start; they do not overlap. */
  readonly turns: readonly Turn[]
  readonly episodes: readonly Episode[]
  /** Adjoining, from the first sample to the last. */
  readonly beds: readonly NoiseBed[]
}

/** A clip with what a plan must know of its audio. */
export interface MeasuredClip {
  readonly clip: Clip
  readonly durationSamples: number
  /** Mean square of the frames in which somebody speaks. */
  readonly activePower: number
}

/** A cast whose clips were measured. */
export interface MeasuredCast {
  readonly main: readonly MeasuredClip[]
  readonly companion: readonly MeasuredClip[]
  readonly bystanders: readonly MeasuredClip[]
}
