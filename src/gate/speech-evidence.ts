import { msToFrames } from '../units.js'
import type { FrameHistory } from './frame-history.js'
import type { GateParams } from './gate-params.js'
import { levelDbfs, MIN_LEVEL_DBFS } from './level.js'

const BINS_PER_DB = 4
/** Up to 3 dB over full scale: a square wave reads 0, and float input may exceed it. */
const MAX_LEVEL_DBFS = 3
const LOW_PERCENTILE = 0.15
const HIGH_PERCENTILE = 0.85

/** What a stretch of frames holds. Overwritten by the next. */
export interface SpeechEvidence {
  speechFrames: number
  voicedFrames: number
  /** RMS level of the speech frames. */
  levelDbfs: number
  /** 15th to 85th percentile of the speech frames' levels. */
  levelSpreadDb: number
}

/**
 * Looks at a whole stretch, as no frame can: noise that starts suddenly stands above its background as speech does,
 * but is never voiced; a tone is periodic as a voice is, but its level is steady.
 */
export class EvidenceJudge {
  readonly evidence: SpeechEvidence = { speechFrames: 0, voicedFrames: 0, levelDbfs: 0, levelSpreadDb: 0 }
  readonly #histogram = new Int32Array((MAX_LEVEL_DBFS - MIN_LEVEL_DBFS) * BINS_PER_DB + 1)
  /** What the histogram holds lies between: it is looked at every frame of speech. */
  #lowestBin = 0
  #highestBin = -1

  constructor(private readonly params: GateParams) {}

  /** Whether frames [from, to) hold speech; fills `evidence`. */
  isSpeech(history: FrameHistory, from: number, to: number): boolean {
    this.#gather(history, from, to)
    const { evidence, params } = this
    return (
      evidence.speechFrames >= msToFrames(params.minSpeechMs) &&
      evidence.voicedFrames >= msToFrames(params.minVoicedMs) &&
      evidence.levelSpreadDb >= params.minLevelSpreadDb &&
      evidence.levelDbfs >= params.minLevelDbfs
    )
  }

  #gather(history: FrameHistory, from: number, to: number): void {
    const { evidence } = this
    this.#histogram.fill(0, this.#lowestBin, this.#highestBin + 1)
    this.#lowestBin = this.#histogram.length
    this.#highestBin = -1
    evidence.speechFrames = 0
    evidence.voicedFrames = 0
    let power = 0
    for (let frame = from; frame < to; frame++) {
      if (!history.isSpeech(frame)) continue
      evidence.speechFrames++
      if (history.voicing(frame) >= this.params.voicedScore) evidence.voicedFrames++
      power += history.acPower(frame)
      this.#count(history.levelDbfs(frame))
    }
    evidence.levelDbfs = levelDbfs(power / Math.max(1, evidence.speechFrames))
    evidence.levelSpreadDb =
      (this.#percentileBin(HIGH_PERCENTILE) - this.#percentileBin(LOW_PERCENTILE)) / BINS_PER_DB
  }

  #count(level: number): void {
    const bin = Math.min(this.#histogram.length - 1, Math.round((level - MIN_LEVEL_DBFS) * BINS_PER_DB))
    this.#histogram[bin]++
    if (bin < this.#lowestBin) this.#lowestBin = bin
    if (bin > this.#highestBin) this.#highestBin = bin
  }

  #percentileBin(share: number): number {
    const rank = share * this.evidence.speechFrames
    let count = 0
    for (let bin = this.#lowestBin; bin <= this.#highestBin; bin++) {
      count += this.#histogram[bin]
      if (count >= rank && count > 0) return bin
    }
    return 0
  }
}
