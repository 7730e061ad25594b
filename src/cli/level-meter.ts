import type { AudioFrame } from '../capture/audio-source.js'
import type { Gate } from '../gate/gate.js'
import { levelDbfs } from '../gate/level.js'
import type { Segment } from '../gate/segment.js'
import type { Vad } from '../gate/vad.js'
import { FRAME_SAMPLES, samplesToMs } from '../units.js'

/** A sample this near to full scale was cut off. */
const CLIPPED = 0.999

/** What was heard since the reading before. */
export interface MeterReading {
  /** RMS about its mean; MIN_LEVEL_DBFS for digital silence. */
  readonly levelDbfs: number
  /** Largest sample. */
  readonly peakDbfs: number
  /** The gate's present estimate of the background. */
  readonly noiseDbfs: number
  readonly isSpeaking: boolean
  readonly hasClipped: boolean
}

/** Since the start. */
export interface MeterTotals {
  readonly heardMs: number
  /** Audio that was lost between frames. */
  readonly lostMs: number
  /** Of the samples heard, 0 … 1. */
  readonly clippedRatio: number
  readonly peakDbfs: number
  /** Windows that the gate would have had judged. */
  readonly decisions: number
  /** Mean over the decisions; null before the first. */
  readonly speechDbfs: number | null
  readonly snrDb: number | null
}

/** Listens with the agent's own gate and says what an installer wants to know. */
export class LevelMeter {
  #power = 0
  #frames = 0
  #peak = 0
  #hasClipped = false

  #nextSample = 0
  #heardSamples = 0
  #lostSamples = 0
  #clippedSamples = 0
  #greatestPeak = 0
  #decisions = 0
  #speechDb = 0
  #snrDb = 0

  /** @param vad the detector that `gate` was made of: its estimates are read, it is never fed */
  constructor(
    private readonly vad: Vad,
    private readonly gate: Gate,
  ) {}

  push(frame: AudioFrame): void {
    this.#count(this.gate.push(frame))
    this.#lostSamples += Math.max(0, frame.startSample - this.#nextSample)
    this.#nextSample = frame.startSample + FRAME_SAMPLES
    this.#heardSamples += FRAME_SAMPLES
    this.#power += this.vad.acPower
    this.#frames++
    for (const sample of frame.samples) {
      const size = Math.abs(sample)
      if (size > this.#peak) this.#peak = size
      if (size >= CLIPPED) this.#clippedSamples++
    }
    this.#hasClipped ||= this.#peak >= CLIPPED
    this.#greatestPeak = Math.max(this.#greatestPeak, this.#peak)
  }

  /** The stream has ended. */
  flush(): void {
    this.#count(this.gate.flush())
  }

  /** @returns null if no frame has come since the reading before */
  read(): MeterReading | null {
    if (this.#frames === 0) return null
    const reading = {
      levelDbfs: levelDbfs(this.#power / this.#frames),
      peakDbfs: levelDbfs(this.#peak ** 2),
      noiseDbfs: this.vad.noiseDbfs,
      isSpeaking: this.gate.isSpeaking,
      hasClipped: this.#hasClipped,
    }
    this.#power = 0
    this.#frames = 0
    this.#peak = 0
    this.#hasClipped = false
    return reading
  }

  get totals(): MeterTotals {
    const [decisions, heard] = [this.#decisions, this.#heardSamples]
    return {
      heardMs: samplesToMs(heard),
      lostMs: samplesToMs(this.#lostSamples),
      clippedRatio: heard === 0 ? 0 : this.#clippedSamples / heard,
      peakDbfs: levelDbfs(this.#greatestPeak ** 2),
      decisions,
      speechDbfs: decisions === 0 ? null : this.#speechDb / decisions,
      snrDb: decisions === 0 ? null : this.#snrDb / decisions,
    }
  }

  #count(segment: Segment | null): void {
    if (segment === null) return
    this.#decisions++
    this.#speechDb += segment.levelDbfs
    this.#snrDb += segment.snrDb
  }
}
