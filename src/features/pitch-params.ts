import type { Framing } from './framing.js'

/** Settings of the F0 tracker. Costs and thresholds are Praat's, but for `silencePeak`. */
export interface PitchParams extends Framing {
  readonly sampleRateHz: number
  readonly minHz: number
  readonly maxHz: number
  /** Candidates with less autocorrelation lose to "unvoiced". */
  readonly voicingThreshold: number
  /** Frames whose peak is well below this are unvoiced: absolute (full scale = 1), as a stream knows no maximum. */
  readonly silencePeak: number
  /** Favours high candidates, per octave. */
  readonly octaveCost: number
  /** Cost of a jump of an octave from frame to frame, at 10 ms a frame. */
  readonly octaveJumpCost: number
  /** Cost of a change between voiced and unvoiced, at 10 ms a frame. */
  readonly voicingChangeCost: number
}

/** Three periods of the lowest pitch a frame, 10 ms apart. */
export const PITCH_PARAMS: PitchParams = Object.freeze({
  sampleRateHz: 16_000,
  frameLengthSamples: 640,
  hopSamples: 160,
  minHz: 75,
  maxHz: 600,
  voicingThreshold: 0.45,
  silencePeak: 0.002,
  octaveCost: 0.01,
  octaveJumpCost: 0.35,
  voicingChangeCost: 0.14,
})
