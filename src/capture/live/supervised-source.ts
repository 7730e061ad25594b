import { backoffDelayMs } from '../../backoff.js'
import { AffectdError, CaptureError } from '../../errors.js'
import type { Clock } from '../../ops/clock.js'
import type { Logger } from '../../ops/logger.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ, samplesToMs } from '../../units.js'
import { pause } from '../../until.js'
import type { AudioFrame, AudioSource } from '../audio-source.js'
import type { CaptureCounts, CaptureMonitor } from './capture-monitor.js'
import { ClockDrift } from './clock-drift.js'
import { createConditioner, type Conditioner } from './conditioner.js'
import { nextLiveness, type Liveness, type LivenessEvent } from './liveness.js'
import type { LiveParams } from './live-params.js'
import { LossDetector } from './loss-detector.js'
import type { Recorder, Recording } from './recorder.js'

/** A device that gives nothing for so long hangs: its process is ended and another one started. */
export const QUIET_MS = 2500
/** Opening may take longer: a Bluetooth microphone, a busy Pi. */
const OPENING_MS = 8000
const WATCH_MS = 500
const BACKOFF = { baseMs: 250, capMs: 5000 }

export interface SupervisionDeps {
  readonly clock: Clock
  readonly log: Logger
  /** Uniform in [0, 1). */
  readonly random?: () => number
}

/**
 * A microphone as one stream that never ends: when its process ends, hangs or gives garbage, another one is started,
 * for as long as it takes. What was not heard meanwhile is a gap in `startSample`. A signal that no room gives is
 * a fault, told for as long as it lasts: a process started anew would hear the same.
 */
export class SupervisedSource implements AudioSource, CaptureMonitor {
  readonly canWait = false
  state: Liveness = 'starting'
  reason: string | null = 'starting'
  #listener: () => void = () => undefined
  #received = 0
  #lost = 0
  #gap = 0
  #restarts = 0
  readonly #drift = new ClockDrift(SAMPLE_RATE_HZ)
  /** Received by all recordings, at 16 kHz, whole or not. */
  #heardSamples = 0
  #conditioner: { readonly format: string; readonly conditioner: Conditioner } | undefined
  /** When the first sample of the stream was captured, monotonic. */
  #originMs: number | undefined
  #failures = 0

  constructor(
    private readonly recorder: Recorder,
    private readonly params: LiveParams,
    private readonly deps: SupervisionDeps,
  ) {}

  get name(): string {
    return this.recorder.name
  }

  get monitor(): CaptureMonitor {
    return this
  }

  get counts(): CaptureCounts {
    return {
      receivedSamples: this.#received,
      lostSamples: this.#lost,
      gapSamples: this.#gap,
      restarts: this.#restarts,
      driftPpm: this.#drift.ppm,
    }
  }

  onChange(listener: () => void): void {
    this.#listener = listener
  }

  async *frames(signal: AbortSignal): AsyncGenerator<AudioFrame> {
    while (!signal.aborted) {
      const error = yield* this.#attempt(signal)
      if (signal.aborted) return
      this.#failures++
      this.#restarts++
      this.#become('ended', error.code.toLowerCase())
      const delayMs = backoffDelayMs(this.#failures, BACKOFF, this.deps.random ?? Math.random)
      this.#tell(error, delayMs)
      await pause(this.deps.clock, delayMs, signal)
      this.#become('retry', this.reason)
    }
  }

  /** One capture process, from start to end. @returns why it ended */
  async *#attempt(signal: AbortSignal): AsyncGenerator<AudioFrame, CaptureError> {
    const { clock } = this.deps
    const ending = new AbortController()
    const stop = (): void => ending.abort()
    signal.addEventListener('abort', stop, { once: true })
    let lastMs = clock.monotonicMs()
    let limitMs = OPENING_MS
    let hung = false
    const watch = (): void => {
      if (clock.monotonicMs() - lastMs > limitMs) {
        hung = true
        this.#become('quiet', 'capture_stalled')
        ending.abort()
      } else timer = clock.after(WATCH_MS, watch)
    }
    let timer = clock.after(WATCH_MS, watch)
    let recording: Recording | undefined
    let conditioner: Conditioner | undefined
    const ready: Float32Array[] = []
    try {
      recording = await this.recorder.record(ending.signal)
      lastMs = clock.monotonicMs()
      limitMs = QUIET_MS
      const { rateHz, channels } = recording
      conditioner = this.#conditionerFor(rateHz, channels)
      const losses = new LossDetector()
      const before = conditioner.inputSamples
      let heard = 0
      for await (const { bytes, atMs } of recording.blocks()) {
        lastMs = clock.monotonicMs()
        conditioner.push(bytes, (samples) => ready.push(samples.slice()))
        bytes.fill(0)
        const total = ((conditioner.inputSamples - before) * SAMPLE_RATE_HZ) / rateHz
        this.#place(atMs, total - heard, heard === 0, losses)
        heard = total
        for (const samples of ready) {
          const startSample = this.#received + this.#lost + this.#gap
          this.#received += FRAME_SAMPLES
          this.#well(conditioner.fault)
          yield { samples, startSample }
          samples.fill(0)
        }
        ready.length = 0
      }
      return hung ? stalled(this.name) : new CaptureError('CAPTURE_DEVICE_FAILED', `${this.name} ended`)
    } catch (error) {
      if (hung) return stalled(this.name)
      if (error instanceof CaptureError) return error
      if (error instanceof AffectdError || !signal.aborted) throw error
      return new CaptureError('CAPTURE_DEVICE_FAILED', String(error), { cause: error })
    } finally {
      timer.clear()
      signal.removeEventListener('abort', stop)
      ending.abort()
      for (const samples of ready) samples.fill(0)
      conditioner?.reset()
      await recording?.close()
    }
  }

  /** What is known of the microphone (its DC, its gain, a fault) outlives its process. */
  #conditionerFor(inputRateHz: number, channels: number): Conditioner {
    const format = `${inputRateHz} ${channels}`
    if (this.#conditioner?.format !== format) {
      const conditioner = createConditioner({ inputRateHz, channels, params: this.params })
      this.#conditioner = { format, conditioner }
    } else this.#conditioner.conditioner.reset()
    return this.#conditioner.conditioner
  }

  /** Where what has just arrived lies in the stream: behind a gap, behind what was lost, or right behind the last. */
  #place(atMs: number, samples: number, isFirst: boolean, losses: LossDetector): void {
    if (isFirst) {
      this.#originMs ??= atMs - samplesToMs(samples)
      const before = ((atMs - this.#originMs) * SAMPLE_RATE_HZ) / 1000 - samples
      const missing = before - (this.#received + this.#lost + this.#gap)
      const gap = FRAME_SAMPLES * Math.max(0, Math.round(missing / FRAME_SAMPLES))
      this.#gap += gap
      if (this.#heardSamples > 0) this.#drift.noteGap(gap)
    }
    const lost = losses.observe(samples, atMs)
    this.#lost += lost
    if (lost > 0) this.#drift.noteGap(lost)
    this.#heardSamples += samples
    this.#drift.observe(this.#heardSamples, atMs)
  }

  #well(fault: string | null): void {
    this.#failures = 0
    if (fault === null) this.#become('frame', null)
    else this.#become('quiet', fault)
  }

  #become(event: LivenessEvent, reason: string | null): void {
    const state = nextLiveness(this.state, event, this.#failures)
    if (state === this.state && reason === this.reason) return
    this.state = state
    this.reason = reason
    this.#listener()
  }

  #tell(error: CaptureError, delayMs: number): void {
    const fields = { code: error.code, retry_in_ms: Math.round(delayMs) }
    const text = `${error.message}; trying again for ever`
    // A microphone that is gone for days fills no log.
    if (this.#failures === 1) this.deps.log.warn(fields, text)
    else this.deps.log.debug(fields, text)
  }
}

function stalled(name: string): CaptureError {
  return new CaptureError('CAPTURE_STALLED', `${name} gives no audio`)
}
