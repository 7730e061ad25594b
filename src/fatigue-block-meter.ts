import {
  FATIGUE_CUES,
  quietness,
  timeOfDay,
  type FatigueBlock,
  type FatigueCue,
} from './affect/fatigue/fatigue-cues.js'
import type { FatigueParams } from './affect/fatigue/fatigue-params.js'
import { FatigueListener } from './fatigue-listener.js'
import { speakingStyle, type SpeakingStyle } from './features/speaking-style.js'
import type { Segment } from './gate/segment.js'

/** Which measure is which cue. */
const MEASURE_OF: Readonly<Record<FatigueCue, keyof SpeakingStyle>> = {
  syllable_rate: 'syllableRatePerS',
  articulation_rate: 'articulationRatePerS',
  pause_ratio: 'pauseRatio',
  pause_length: 'pauseLengthS',
  f0_median: 'f0MedianSt',
  f0_spread: 'f0SpreadSt',
  energy_spread: 'energySpreadDb',
  spectral_tilt: 'spectralTiltDb',
  modulation: 'modulationShare',
}

export type BlockMeterParams = Pick<FatigueParams, 'minSpeechS' | 'minSnrDb' | 'maxPauseS' | 'sessionGapMin'>

/** What a window meant. */
export interface MeteredWindow {
  /** A session began with it, and another one had been before. */
  readonly isNewSession: boolean
  /** The block that it completed. */
  readonly block: FatigueBlock | null
}

/**
 * The gate's windows to blocks of at least `minSpeechS` of speech, measured. A session is speech without a silence of
 * `sessionGapMin` or more; no block reaches over its end.
 */
export class FatigueBlockMeter {
  readonly #listener: FatigueListener
  #lastMs: number | null = null
  #sessionMs = 0

  /** @param hourOf hour of local time, 0 … 24 */
  constructor(
    private readonly params: BlockMeterParams,
    private readonly hourOf: (unixMs: number) => number,
  ) {
    this.#listener = new FatigueListener(params)
  }

  /**
   * @param segment not retained
   * @param unixMs  time of its first sample
   */
  hear(segment: Segment, unixMs: number): MeteredWindow {
    const last = this.#lastMs
    this.#lastMs = unixMs
    // A step of the wall clock, too, begins a session: what lies between is not known.
    const isSameSession = last !== null && Math.abs(unixMs - last) < this.params.sessionGapMin * 60_000
    if (!isSameSession) {
      this.#sessionMs = unixMs
      this.#listener.forget()
    }
    this.#listener.hear(segment)
    const isNewSession = last !== null && !isSameSession
    if (this.#listener.speechMs < this.params.minSpeechS * 1000) return { isNewSession, block: null }
    return { isNewSession, block: this.#takeBlock(unixMs) }
  }

  /** The stream broke off: what comes next has other sample numbers, and no pause is known before it. */
  breakOff(): void {
    this.#listener.breakOff()
  }

  forget(): void {
    this.#listener.forget()
    this.#lastMs = null
  }

  /** @returns null if too little of it was voiced */
  #takeBlock(unixMs: number): FatigueBlock | null {
    const { turns, speechMs, snrDb } = this.#listener.take()
    const style = speakingStyle(turns)
    for (const turn of turns) turn.wipe()
    if (style === null) return null
    return {
      atMs: unixMs,
      sessionMs: this.#sessionMs,
      speechMs,
      timeOfDay: timeOfDay(this.hourOf(unixMs)),
      quietness: quietness(snrDb),
      values: FATIGUE_CUES.map((cue) => style[MEASURE_OF[cue]]),
    }
  }
}
