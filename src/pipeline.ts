import type { AffectParams } from './affect/affect-params.js'
import { softmaxInto } from './affect/calibrate.js'
import { judge, judgeSilence } from './affect/judge.js'
import type { AffectState, Judgement } from './affect/judgement.js'
import { Smoother } from './affect/smoothing/smoother.js'
import type { AudioFrame } from './capture/audio-source.js'
import type { Classifier, ModelIdentity } from './classify/classifier.js'
import { InternalError } from './errors.js'
import { createFeatureStatistics, type FeatureStatistics } from './features/feature-statistics.js'
import type { ModelInput } from './features/model-input.js'
import type { Gate } from './gate/gate.js'
import type { Segment } from './gate/segment.js'
import { FRAME_SAMPLES, powerToDb } from './units.js'
import type { VoiceBaseline } from './voice-baseline.js'

const MIN_LEVEL_DBFS = powerToDb(0)

/** What of a model a pipeline judges with. */
export interface PipelineModel {
  readonly classifier: Classifier
  /** The model's softmax temperature. */
  readonly temperature: number
  /** The model's class frequencies, one a label. */
  readonly prior: readonly number[]
}

export interface PipelineOptions extends PipelineModel {
  readonly gate: Gate
  readonly modelInput: ModelInput
  readonly affectParams: AffectParams
  /**
   * What is known of the voice: each window is normalised by it too, and what was decided says whether it learns from
   * the window. Absent: every window is judged cold.
   */
  readonly voice?: VoiceBaseline
  /** Hears each window before it is judged; its samples are not to be kept: they are overwritten afterwards. */
  readonly onSegment?: (segment: Segment) => void
  /** Told how long features and network took for each window. */
  readonly onInference?: (durationMs: number) => void
  /** The model threw, or gave what is no number: another to judge this window and all that follow; undefined: it is thrown. */
  readonly onModelFault?: (fault: unknown) => PipelineModel | undefined
  /** Default: the process's. */
  readonly monotonicMs?: () => number
}

/**
 * Frames in, judgements out: gate → features → classifier → affect. Synchronous, one stream, not re-entrant. What it
 * answers depends on the frames, on what it was given of the voice, and on nothing else, so `run`, `analyze` and the
 * training's evaluation agree.
 */
export interface Pipeline {
  /** @returns the decision on the window that this frame completed, if any */
  push(frame: AudioFrame): Judgement | null
  /** The stream has ended: the decision on the window still open, if it holds enough speech. */
  flush(): Judgement | null
  /**
   * What is said of a recording without any decision: the prior, abstained.
   *
   * @param durationSamples of the whole recording
   */
  judgeSilence(durationSamples: number, levelDbfs: number): Judgement
  readonly isSpeaking: boolean
  /** The smoothed present state; before the first decision that counts, the model's prior. */
  readonly state: AffectState
  /** From the next decision on; what was decided stays. */
  retune(affectParams: AffectParams): void
  /** The model that made the last decision, or makes the next. */
  readonly model: ModelIdentity
  /**
   * Another model, from the next decision on. What was heard stays heard: no frame is lost, and the window that is open
   * goes on.
   *
   * @throws {InternalError} INTERNAL_MODEL_SWAP if it has other labels or takes other features
   */
  use(model: PipelineModel): void
  /** Since the start, for `health`. */
  readonly framesSeen: number
  readonly framesSpeech: number
  /**
   * Forgets everything heard but the voice, and leaves no sample of it in memory: another stream begins. It is mostly the same voice at the same microphone
   * that comes back after a fault; another one takes its place as it speaks.
   */
  reset(): void
}

/** @param options the stages; the pipeline owns the gate and the model input from here on */
export function createPipeline(options: PipelineOptions): Pipeline {
  return new JudgingPipeline(options)
}

class JudgingPipeline implements Pipeline {
  readonly #features: Float32Array
  readonly #logits: Float32Array
  readonly #probabilities: Float64Array
  readonly #smoother: Smoother
  readonly #monotonicMs: () => number
  /** Of the window judged last. */
  readonly #own: FeatureStatistics
  #model: PipelineModel
  #affectParams: AffectParams
  #heardSamples = 0
  #learntSamples = 0

  constructor(private readonly options: PipelineOptions) {
    const { classifier, modelInput, prior, affectParams } = options
    this.#model = options
    this.#affectParams = affectParams
    this.#features = new Float32Array(modelInput.length)
    this.#logits = new Float32Array(classifier.labels.length)
    this.#probabilities = new Float64Array(classifier.labels.length)
    this.#own = createFeatureStatistics(modelInput.params.nMfcc)
    this.#smoother = new Smoother(classifier.labels, prior, affectParams)
    this.#monotonicMs = options.monotonicMs ?? ((): number => performance.now())
  }

  push(frame: AudioFrame): Judgement | null {
    const segment = this.options.gate.push(frame)
    this.#heardSamples = frame.startSample + FRAME_SAMPLES
    return this.#decide(segment)
  }

  flush(): Judgement | null {
    return this.#decide(this.options.gate.flush())
  }

  judgeSilence(durationSamples: number, levelDbfs: number): Judgement {
    const { classifier, prior } = this.#model
    return judgeSilence(durationSamples, levelDbfs, classifier.labels, prior)
  }

  get isSpeaking(): boolean {
    return this.options.gate.isSpeaking
  }

  get state(): AffectState {
    const [atSample, speaking] = [this.#heardSamples, this.isSpeaking]
    const state = this.#smoother.state(atSample, speaking)
    if (state !== null) return state
    const { label, probabilities, arousal, valence } = this.judgeSilence(0, MIN_LEVEL_DBFS)
    return { label, probabilities, arousal, valence, speaking, sinceSample: 0, atSample }
  }

  retune(affectParams: AffectParams): void {
    this.#affectParams = affectParams
    this.#smoother.retune(affectParams)
  }

  get model(): ModelIdentity {
    return this.#model.classifier.model
  }

  use(model: PipelineModel): void {
    const { classifier: now } = this.#model
    const { classifier: next } = model
    if (String(next.labels) !== String(now.labels) || !takesSame(next, now)) {
      throw new InternalError(
        'INTERNAL_MODEL_SWAP',
        `${next.model.id} cannot take the place of ${now.model.id}`,
      )
    }
    this.#model = model
    this.#smoother.expect(model.prior)
  }

  get framesSeen(): number {
    return this.options.gate.framesSeen
  }

  get framesSpeech(): number {
    return this.options.gate.framesSpeech
  }

  reset(): void {
    this.options.gate.reset()
    this.#wipe()
    this.#own.frames = 0
    this.#own.mean.fill(0)
    this.#own.variance.fill(0)
    this.#smoother.reset()
    this.#heardSamples = 0
    this.#learntSamples = 0
  }

  #decide(segment: Segment | null): Judgement | null {
    if (segment === null) return null
    try {
      this.options.onSegment?.(segment)
      const judgement = this.#judge(segment)
      this.#smoother.add(judgement)
      return judgement
    } finally {
      segment.samples.fill(0)
      this.#wipe()
    }
  }

  /** Overwrites what the last window was made into. */
  #wipe(): void {
    this.options.modelInput.wipe()
    this.#model.classifier.wipe?.()
    this.#features.fill(0)
    this.#logits.fill(0)
    this.#probabilities.fill(0)
  }

  #judge(segment: Segment): Judgement {
    const { modelInput, voice, onInference } = this.options
    const { labels } = this.#model.classifier
    const affectParams = this.#affectParams
    const window = { ...segment, durationSamples: segment.samples.length }
    const startedMs = this.#monotonicMs()
    if (!modelInput.modelInputInto(segment.samples, this.#features, voice?.history, this.#own)) {
      // Too short for features: nothing is known but the prior, however confident that may be.
      const judgement = judge(window, labels, this.#model.prior, affectParams)
      return { ...judgement, abstained: true, abstainReason: judgement.abstainReason ?? 'too_little_speech' }
    }
    this.#classify()
    softmaxInto(this.#logits, this.#model.temperature, this.#probabilities)
    onInference?.(this.#monotonicMs() - startedMs)
    const judgement = judge(window, labels, this.#probabilities, affectParams)
    if (voice !== undefined) this.#learn(judgement, voice)
    return judgement
  }

  /** By another model where the present one fails, and there is one: this window is judged all the same. */
  #classify(): void {
    for (;;) {
      try {
        this.#model.classifier.classifyInto(this.#features, this.#logits)
        const at = this.#logits.findIndex((logit) => !Number.isFinite(logit))
        if (at < 0) return
        throw new InternalError(
          'INTERNAL_NOT_FINITE',
          `logit ${at} of ${this.model.id} is ${this.#logits[at]}`,
        )
      } catch (fault) {
        const other = this.options.onModelFault?.(fault)
        if (other === undefined) throw fault
        this.#model.classifier.wipe?.()
        this.use(other)
      }
    }
  }

  /** From windows that do not overlap: no frame of speech counts twice. */
  #learn(judgement: Judgement, voice: VoiceBaseline): void {
    const { startSample, durationSamples } = judgement
    if (startSample < this.#learntSamples) return
    if (voice.learn(judgement, this.#own)) this.#learntSamples = startSample + durationSamples
  }
}

function takesSame(a: Classifier, b: Classifier): boolean {
  return a.inputFrames === b.inputFrames && a.inputCoefficients === b.inputCoefficients
}
