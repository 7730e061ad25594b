/** What the gate hands on: one decision window of audio that holds speech. Starts and ends on the frame grid. */
export interface Segment {
  /** 16 kHz mono, full scale = 1; a whole number of frames. Owned by the receiver. */
  readonly samples: Float32Array
  /** Index of samples[0] since the start of the stream. */
  readonly startSample: number
  /** Samples of it that lie in frames judged speech. */
  readonly speechSamples: number
  /** RMS level of the speech frames, dBFS. */
  readonly levelDbfs: number
  /** Level of the speech frames over the background's, dB. */
  readonly snrDb: number
}
