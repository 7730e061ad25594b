import type { AudioFrame } from '../capture/audio-source.js'
import type { Segment } from './segment.js'

/** Finds the speech in a stream of frames and cuts it into decision windows. */
export interface Gate {
  /** @returns the decision window that this frame completed, if any (never more than one) */
  push(frame: AudioFrame): Segment | null
  /** The stream has ended: the window still open, if it holds enough speech. */
  flush(): Segment | null
  /** True between the start of speech and the end of its hangover. */
  readonly isSpeaking: boolean
  /** Frames seen and frames judged speech since the start, for `health`: `reset` does not touch them. */
  readonly framesSeen: number
  readonly framesSpeech: number
  reset(): void
}
