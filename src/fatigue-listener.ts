import type { FatigueParams } from './affect/fatigue/fatigue-params.js'
import { SILENCE_DBFS } from './features/prosody.js'
import { createSpeechTracker, TRACK_HOP_S, TRACK_OVERLAP_SAMPLES } from './features/speech-tracks.js'
import { SpeechTurn } from './features/speech-turn.js'
import type { Segment } from './gate/segment.js'
import { SAMPLE_RATE_HZ, samplesToMs } from './units.js'

/** A frame must stand so far above the background to be speech. */
const NOISE_MARGIN_DB = 3

const HOP_SAMPLES = TRACK_HOP_S * SAMPLE_RATE_HZ

/** The gate's windows laid end to end: no audio twice, silences between them as pauses. */
export class FatigueListener {
  readonly #track = createSpeechTracker()
  readonly #maxGapSamples: number
  #turns: SpeechTurn[] = []
  #turn: SpeechTurn | null = null
  #heardUntil = 0
  #speechMs = 0
  /** Σ SNR × speech. */
  #snrDbMs = 0

  constructor(private readonly params: Pick<FatigueParams, 'minSnrDb' | 'maxPauseS'>) {
    this.#maxGapSamples = params.maxPauseS * SAMPLE_RATE_HZ
  }

  /** Of the block that is being gathered. */
  get speechMs(): number {
    return this.#speechMs
  }

  /** @param segment not retained */
  hear(segment: Segment): void {
    const { samples, startSample, levelDbfs, snrDb } = segment
    const end = startSample + samples.length
    // A window that ends before what was heard is of another stream.
    if (end <= this.#heardUntil) this.breakOff()
    const gap = startSample - this.#heardUntil
    if (gap > this.#maxGapSamples) this.#turn = null
    if (snrDb < this.params.minSnrDb) {
      this.#turn = null
      this.#heardUntil = end
      return
    }
    if (this.#turn === null) {
      this.#turn = new SpeechTurn()
      this.#turns.push(this.#turn)
    } else if (gap > 0) {
      // The frames that would reach over from one window into the next, too, were not measured.
      this.#turn.addSilence(Math.round((gap + TRACK_OVERLAP_SAMPLES) / HOP_SAMPLES))
    }
    const fresh = Math.max(startSample, this.#heardUntil)
    const from = gap > 0 ? startSample : Math.max(startSample, this.#heardUntil - TRACK_OVERLAP_SAMPLES)
    const floorDbfs = Math.max(SILENCE_DBFS, levelDbfs - snrDb + NOISE_MARGIN_DB)
    this.#turn.add(this.#track(samples.subarray(from - startSample)), floorDbfs)
    const speechMs = (samplesToMs(segment.speechSamples) * (end - fresh)) / samples.length
    this.#speechMs += speechMs
    this.#snrDbMs += snrDb * speechMs
    this.#heardUntil = end
  }

  /** What was gathered, the caller's to wipe; the next block begins. */
  take(): { readonly turns: readonly SpeechTurn[]; readonly speechMs: number; readonly snrDb: number } {
    const block = { turns: this.#turns, speechMs: this.#speechMs, snrDb: this.#snrDbMs / this.#speechMs }
    this.#begin()
    return block
  }

  /** What is gathered is dropped, and overwritten. */
  forget(): void {
    for (const turn of this.#turns) turn.wipe()
    this.#begin()
  }

  #begin(): void {
    this.#turns = []
    this.#turn = null
    this.#speechMs = 0
    this.#snrDbMs = 0
  }

  /** The next window is of another stream: its samples are counted anew. */
  breakOff(): void {
    this.#turn = null
    this.#heardUntil = 0
  }
}
