import type { AudioFrame } from '../capture/audio-source.js'
import { FRAME_SAMPLES, msToFrames } from '../units.js'
import { FrameHistory } from './frame-history.js'
import type { Gate } from './gate.js'
import type { GateParams } from './gate-params.js'
import type { Segment } from './segment.js'
import { EvidenceJudge } from './speech-evidence.js'
import { SpeechPhase } from './speech-phase.js'
import type { Vad } from './vad.js'

/**
 * A gate that cuts speech into decision windows.
 *
 * A segment runs from `preRollMs` before its first speech frame to `postRollMs` after its last. While speech goes
 * on, a window is cut when the segment is `windowMs` long and then every `windowHopMs`, always the last `windowMs`;
 * one that falls due in a pause waits for the speech to go on, so that no window ends in silence that the end of the
 * segment would cut off. The end of a segment cuts a last window if none was cut before, or if `tailSpeechMs` of
 * speech are new. A window without evidence of speech is not handed on.
 *
 * A gap in the audio ends a segment. Phases and their transitions: `SpeechPhase`.
 */
export function createGate(vad: Vad, params: GateParams): Gate {
  return new Segmenter(vad, params)
}

class Segmenter implements Gate {
  framesSeen = 0
  framesSpeech = 0
  readonly #windowFrames: number
  readonly #hopFrames: number
  readonly #preRollFrames: number
  readonly #postRollFrames: number
  readonly #maxFrames: number
  readonly #tailFrames: number
  readonly #phase: SpeechPhase
  readonly #history: FrameHistory
  readonly #judge: EvidenceJudge

  /** Sample at which frame 0 of the history would lie, were there no gap. */
  #originSample = 0
  /** The pre-roll does not reach behind this frame: the end of the last segment, or a gap. */
  #earliestFrame = 0
  #risingFrame = 0
  #segmentFrame = 0
  #lastSpeechFrame = 0
  /** End of the window that is due next. */
  #dueFrame = 0
  /** End of the last window cut in this segment, or null. */
  #cutFrame: number | null = null
  #noiseAtStartDbfs = 0

  constructor(
    private readonly vad: Vad,
    private readonly params: GateParams,
  ) {
    this.#windowFrames = msToFrames(params.windowMs)
    this.#hopFrames = msToFrames(params.windowHopMs)
    this.#preRollFrames = msToFrames(params.preRollMs)
    this.#postRollFrames = msToFrames(params.postRollMs)
    this.#maxFrames = msToFrames(params.maxSpeechMs)
    this.#tailFrames = msToFrames(params.tailSpeechMs)
    const enterFrames = msToFrames(params.enterMs)
    const hangoverFrames = msToFrames(params.hangoverMs)
    this.#phase = new SpeechPhase({ ...params, enterFrames, hangoverFrames })
    this.#history = new FrameHistory(this.#windowFrames + this.#preRollFrames + enterFrames + hangoverFrames)
    this.#judge = new EvidenceJudge(params)
  }

  push(frame: AudioFrame): Segment | null {
    const afterGap = this.#mindGap(frame.startSample)
    const score = this.vad.score(frame.samples)
    const index = this.#history.end
    this.#history.push(frame.samples, score >= this.params.exitScore, this.vad.voicing, this.vad.acPower)
    this.framesSeen++
    const cut = this.#step(score, index)
    return afterGap ?? cut
  }

  flush(): Segment | null {
    const segment = this.#isInSegment ? this.#finish(this.#history.end) : null
    this.#phase.reset()
    // What comes next is another recording: no window of it may reach back.
    this.#earliestFrame = this.#history.end
    return segment
  }

  get isSpeaking(): boolean {
    if (!this.#isInSegment) return false
    const { end, begin } = this.#history
    return this.#judge.isSpeech(this.#history, Math.max(begin, this.#segmentFrame), end)
  }

  reset(): void {
    this.vad.reset()
    this.#phase.reset()
    this.#history.reset()
    this.#earliestFrame = 0
    this.#originSample = 0
  }

  get #isInSegment(): boolean {
    return this.#phase.kind === 'speaking' || this.#phase.kind === 'hangover'
  }

  /** Ends the segment at a gap and moves the origin, so that frames after it have their own times. */
  #mindGap(startSample: number): Segment | null {
    const { end } = this.#history
    if (startSample === this.#originSample + end * FRAME_SAMPLES) return null
    const segment = this.flush()
    this.#originSample = startSample - end * FRAME_SAMPLES
    this.#earliestFrame = end
    return segment
  }

  #step(score: number, index: number): Segment | null {
    const before = this.#phase.kind
    const after = this.#phase.step(score)
    if (after === 'idle')
      return before === 'hangover' || before === 'speaking' ? this.#finish(index + 1) : null
    if (before === 'idle') this.#risingFrame = index
    if (after === 'rising') return null
    if (before === 'idle' || before === 'rising') this.#begin(this.#risingFrame - this.#preRollFrames)
    if (after === 'speaking') this.#lastSpeechFrame = index
    if (index + 1 - this.#segmentFrame >= this.#maxFrames) return this.#finishLong(index + 1)
    return after === 'speaking' && index + 1 >= this.#dueFrame ? this.#cutDue(index + 1) : null
  }

  #begin(frame: number): void {
    this.#segmentFrame = Math.max(frame, this.#earliestFrame, this.#history.begin)
    this.#dueFrame = this.#segmentFrame + this.#windowFrames
    this.#cutFrame = null
    this.#noiseAtStartDbfs = this.vad.noiseDbfs
  }

  #cutDue(end: number): Segment | null {
    this.#dueFrame = end + this.#hopFrames
    return this.#cut(end)
  }

  #finish(end: number): Segment | null {
    const trimmed = Math.min(end, this.#lastSpeechFrame + 1 + this.#postRollFrames)
    this.#earliestFrame = trimmed
    if (this.#cutFrame !== null) {
      const newSpeech = this.#history.speechFrames(this.#cutFrame, trimmed)
      if (newSpeech < this.#tailFrames) return null
    }
    return this.#cut(trimmed)
  }

  /** Speech has reached its longest: cut, and go on as a new segment. */
  #finishLong(end: number): Segment | null {
    const segment = this.#finish(end)
    if (this.#phase.kind === 'speaking') this.#begin(end)
    else this.#phase.reset()
    return segment
  }

  /** The window that ends at `end`, if it holds evidence of speech. */
  #cut(end: number): Segment | null {
    const from = Math.max(this.#segmentFrame, end - this.#windowFrames)
    if (!this.#judge.isSpeech(this.#history, from, end)) return null
    const { speechFrames, levelDbfs } = this.#judge.evidence
    this.framesSpeech += this.#history.speechFrames(Math.max(from, this.#cutFrame ?? from), end)
    this.#cutFrame = end
    return {
      samples: this.#history.copy(from, end),
      startSample: this.#originSample + from * FRAME_SAMPLES,
      speechSamples: speechFrames * FRAME_SAMPLES,
      levelDbfs,
      // The estimate rises during long speech without a pause; what was heard before it is nearer the truth.
      snrDb: levelDbfs - Math.min(this.#noiseAtStartDbfs, this.vad.noiseDbfs),
    }
  }
}
