/** Silences inside speech; those before its first and after its last frame are no pauses. */
export interface Pauses {
  readonly count: number
  /** Pause time over the time from the first to the last frame of speech; 0 without speech. */
  readonly ratio: number
  /** 0 without pauses. */
  readonly meanLengthS: number
}

/** Shorter silences belong to stops and articulation. */
export const MIN_PAUSE_S = 0.25

/**
 * @param isSpeech one byte a frame, 0: silence
 * @param hopS     time between frames
 * @see Goldman-Eisler 1968, "Psycholinguistics: Experiments in Spontaneous Speech" (the 0.25 s)
 */
export function pauses(isSpeech: Uint8Array, hopS: number, minPauseS: number = MIN_PAUSE_S): Pauses {
  const first = isSpeech.findIndex((value) => value !== 0)
  if (first < 0) return { count: 0, ratio: 0, meanLengthS: 0 }
  const last = isSpeech.findLastIndex((value) => value !== 0)
  let count = 0
  let pauseFrames = 0
  let run = 0
  for (let frame = first; frame <= last; frame++) {
    if (isSpeech[frame] === 0) {
      run++
      continue
    }
    if (run > 0 && run * hopS >= minPauseS) {
      count++
      pauseFrames += run
    }
    run = 0
  }
  return {
    count,
    ratio: pauseFrames / (last - first + 1),
    meanLengthS: count > 0 ? (pauseFrames * hopS) / count : 0,
  }
}
