import { FRAME_MS, FRAME_SAMPLES, powerToDb } from '../../units.js'

/** RMS that speech is led to: 24 dB below full scale leaves room for its peaks. */
export const TARGET_DBFS = -24
const MIN_GAIN_DB = -20
/** A fainter frame is no speech … */
const FLOOR_DBFS = -60
/** … nor is one less above the background. */
const SPEECH_ABOVE_NOISE_DB = 10
/** The gain never lifts the background above this. */
const MAX_NOISE_DBFS = -50

/** The background is the faintest frame of late: it falls at once and rises so fast (dB per second). */
const NOISE_RISE_DB_S = 3
/** Of speech: the level is a mean over about so much of it. */
const LEVEL_MEMORY_S = 3
const RISE_DB_S = 3
const FALL_DB_S = 12

const LARGEST_SAMPLE = 32_767 / 32_768
const FRAME_S = FRAME_MS / 1000

/**
 * Automatic gain for one microphone, frame by frame: leads the RMS of frames with speech slowly to −24 dBFS.
 *
 * | frame | gain |
 * | --- | --- |
 * | speech: at least −60 dBFS, and 10 dB above the background | rises by at most 3 dB/s towards the target, falls by at most 12 |
 * | anything else | stays, however long it lasts: a gain that moves with the pauses would move the background, too |
 * | background would be lifted above −50 dBFS | falls, to no less than 0 dB |
 * | a peak would exceed full scale | reduced for the whole frame, at once, and recovers slowly |
 *
 * Between frames the gain goes on a straight line. It depends on nothing but the samples.
 */
export class AutoGain {
  private factor = 1
  private currentDb = 0
  private noiseDbfs: number | null = null
  private speechPower: number | null = null

  /** @param maxGainDb ≥ 0 */
  constructor(private readonly maxGainDb: number) {}

  /** Where the gain is after the last frame. */
  get gainDb(): number {
    return this.currentDb
  }

  /** @param frame FRAME_SAMPLES samples, overwritten; |x| ≤ 1 afterwards as before */
  applyInPlace(frame: Float32Array): void {
    let peak = 0
    let squares = 0
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      const sample = frame[i]
      peak = Math.max(peak, Math.abs(sample))
      squares += sample * sample
    }
    // Digital zero says nothing of the room, and no gain changes it.
    if (peak === 0) return
    this.follow(squares / FRAME_SAMPLES)

    const limit = Math.max(1, LARGEST_SAMPLE / peak)
    let from = this.factor
    let to = 10 ** (this.currentDb / 20)
    if (from > limit) from = limit
    if (to > limit) {
      to = limit
      this.currentDb = 20 * Math.log10(limit)
    }
    const step = (to - from) / FRAME_SAMPLES
    for (let i = 0; i < FRAME_SAMPLES; i++) frame[i] *= from + step * (i + 1)
    this.factor = to
  }

  private follow(power: number): void {
    const levelDbfs = powerToDb(power)
    const risenDbfs = (this.noiseDbfs ?? Infinity) + NOISE_RISE_DB_S * FRAME_S
    const noiseDbfs = Math.min(levelDbfs, risenDbfs)
    this.noiseDbfs = noiseDbfs

    const isSpeech = levelDbfs >= FLOOR_DBFS && levelDbfs >= noiseDbfs + SPEECH_ABOVE_NOISE_DB
    if (isSpeech) {
      this.speechPower ??= power
      this.speechPower += (power - this.speechPower) * (FRAME_S / LEVEL_MEMORY_S)
    }
    const highestDb = Math.max(0, Math.min(this.maxGainDb, MAX_NOISE_DBFS - noiseDbfs))
    const towardsDb =
      isSpeech && this.speechPower !== null ? TARGET_DBFS - powerToDb(this.speechPower) : this.currentDb
    const wantedDb = Math.max(MIN_GAIN_DB, Math.min(highestDb, towardsDb))
    this.currentDb = Math.max(
      this.currentDb - FALL_DB_S * FRAME_S,
      Math.min(this.currentDb + RISE_DB_S * FRAME_S, wantedDb),
    )
  }
}
