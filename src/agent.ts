import type { AlertCut } from './affect/alerts/alert-rule.js'
import type { FatigueAssessment } from './affect/fatigue/fatigue-assessment.js'
import type { AudioFrame, AudioSource } from './capture/audio-source.js'
import type { Announcer } from './announcer.js'
import type { CaptureMonitor } from './capture/live/capture-monitor.js'
import type { Liveness } from './capture/live/liveness.js'
import { AffectdError } from './errors.js'
import type { HealthReporter } from './health-reporter.js'
import { lastDrain, RESTART } from './last-drain.js'
import type { ListenSwitch } from './listen-switch.js'
import type { Clock } from './ops/clock.js'
import type { Logger } from './ops/logger.js'
import type { Pipeline } from './pipeline.js'
import type { DeviceState } from './publish/payloads.js'
import type { Message, Publisher } from './publish/publisher.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ, samplesToMs } from './units.js'
import { untilAborted } from './until.js'

/** How often a microphone's time is set by the machine's. */
const RESTAMP_SAMPLES = 10 * SAMPLE_RATE_HZ

/** Of a microphone its liveness, of anything else whether it runs; `paused` while nobody may listen. */
export type CaptureState = Liveness | 'running' | 'ended' | 'paused'

export interface AgentOptions {
  readonly source: AudioSource
  /** Whose model is changed behind the agent's back, between two frames. */
  readonly pipeline: Omit<Pipeline, 'model' | 'use'>
  readonly publisher: Publisher
  readonly announcer: Announcer
  /** Has heard what the pipeline has; absent where fatigue is not looked for. */
  readonly fatigue?: { take(): FatigueAssessment | null; breakOff(): void }
  /** Said once connected. */
  readonly info: Message
  readonly health: HealthReporter
  readonly listening: Pick<ListenSwitch, 'state' | 'onChange' | 'untilOn'>
  /** What `status` says from now on. */
  readonly setStatus: (state: DeviceState, reason: string | null) => void
  /** Told of the error that ends the run, before the publisher says `offline`. */
  readonly setEnding: (reason: string) => void
  /** Nobody is told anything any more from here on. */
  readonly onClosing: () => void
  /** Unix time of sample 0, ms; undefined: the moment it was heard. */
  readonly streamStartMs: number | undefined
  /** Told of that moment. */
  readonly onStreamStart: (unixMs: number) => void
  readonly clock: Clock
  readonly log: Logger
}

/** What the agent knows of the capture, for `health`. */
export interface CaptureCounts {
  state: CaptureState
  /** Frames lost. */
  drops: number
}

/**
 * Runs until the source ends or it is told to stop.
 *
 * Start: publisher, health, source. Stop: source, pipeline (its last window is judged), publisher (drained, then
 * `offline`). At the end of a file or of stdin the drain waits for the broker for as long as it takes; after a failure
 * of the source or an abort, ten seconds; before a restart, one.
 *
 * @param capture kept up to date
 * @param stop    ends it early; its reason is RESTART if another agent takes over
 * @throws {InputError} and whatever else a source that can wait throws; what was heard before is delivered first
 */
export async function runAgent(
  options: AgentOptions,
  capture: CaptureCounts,
  stop: AbortSignal,
): Promise<void> {
  const { publisher, health } = options
  publisher.start()
  try {
    await publisher.publish(options.info)
    health.start()
    const listener = new Listener(options, capture, stop)
    const failure = await listener.listen()
    health.now()
    await lastDrain(options, failure !== undefined, stop)
    if (failure !== undefined) throw failure
    if (stop.reason === RESTART) options.setEnding(RESTART)
  } catch (error) {
    options.setEnding((error instanceof AffectdError ? error.code : 'INTERNAL_UNEXPECTED').toLowerCase())
    throw error
  } finally {
    health.stop()
    options.onClosing()
    await publisher.close()
  }
}

class Listener {
  #streamStartMs: number | undefined
  #nextSample = 0
  #wasSpeaking = false
  #saidLabel: string | undefined
  #isHearing = false
  /** What lies before the next frame was not to be heard, or another agent has heard it. */
  #isAfterPause = true

  constructor(
    private readonly options: AgentOptions,
    private readonly capture: CaptureCounts,
    private readonly stop: AbortSignal,
  ) {}

  /** @returns why the source ended early, if it was not told to */
  async listen(): Promise<unknown> {
    const { source, listening } = this.options
    const { monitor } = source
    monitor?.onChange(() => this.#microphoneChanged(monitor))
    this.#streamStartMs = this.options.streamStartMs
    const forget = listening.onChange(() => this.#switched())
    if (!listening.state.listening) this.#switched()
    try {
      do await listening.untilOn(this.stop)
      while (await this.#lap())
      this.capture.state = 'ended'
      return undefined
    } catch (error) {
      this.capture.state = 'failed'
      return error ?? new Error('the source failed')
    } finally {
      forget()
      await this.#flush()
      await this.#cutAlerts(this.#whyEnding())
    }
  }

  #whyEnding(): AlertCut {
    if (!this.stop.aborted) return 'stream_ended'
    return this.stop.reason === RESTART ? 'restart' : 'shutdown'
  }

  /**
   * Listens until the source ends. A microphone is let go of when listening is switched off; a source that can wait
   * waits.
   *
   * @returns true if that was for being switched off
   */
  async #lap(): Promise<boolean> {
    const { source, listening } = this.options
    const lap = new AbortController()
    const end = (): void => lap.abort()
    let isSwitchedOff = false
    const forget = listening.onChange(() => {
      if (listening.state.listening || source.canWait) return
      isSwitchedOff = true
      end()
    })
    this.stop.addEventListener('abort', end, { once: true })
    if (this.stop.aborted) end()
    try {
      for await (const frame of source.frames(lap.signal)) {
        if (isSwitchedOff) break
        if (!listening.state.listening) await listening.untilOn(this.stop)
        await this.#hear(frame)
      }
      return isSwitchedOff && !this.stop.aborted
    } finally {
      forget()
      this.stop.removeEventListener('abort', end)
    }
  }

  /** Listening was switched on or off. */
  #switched(): void {
    const { listening, setStatus, health } = this.options
    if (listening.state.listening) {
      this.#isAfterPause = true
      setStatus('degraded', 'starting')
      return
    }
    this.#isHearing = false
    this.capture.state = 'paused'
    setStatus('online', 'not_listening')
    void this.#flush().then(() => this.#cutAlerts('not_listening'))
    health.now()
  }

  async #hear(frame: AudioFrame): Promise<void> {
    const { pipeline, setStatus, source, log } = this.options
    if (!this.#isHearing) {
      this.#isHearing = true
      log.info({ source: source.name }, 'listening')
      const state = source.monitor?.state ?? 'running'
      // Mostly the microphone's own change has said so; after a pause there is none.
      if (this.capture.state !== state && (state === 'running' || state === 'healthy')) {
        this.capture.state = state
        setStatus('online', null)
        this.options.health.now()
      }
    }
    if (this.#isAfterPause) {
      this.#isAfterPause = false
      this.#nextSample = frame.startSample
    }
    this.capture.drops += Math.max(0, Math.round((frame.startSample - this.#nextSample) / FRAME_SAMPLES))
    this.#nextSample = frame.startSample + FRAME_SAMPLES
    const streamStartMs = this.#stampedFrom()

    const judgement = pipeline.push(frame)
    const { announcer } = this.options
    if (judgement !== null) await this.#say(announcer.decision(judgement, streamStartMs))
    const assessment = this.options.fatigue?.take() ?? null
    if (assessment !== null) await this.#say(announcer.fatigue(assessment, streamStartMs))
    if (this.#isNewSecond()) await this.#say(announcer.pass(this.#nextSample, streamStartMs))
    const hasChanged = judgement !== null || assessment !== null || pipeline.isSpeaking !== this.#wasSpeaking
    if (hasChanged || this.#hasFaded()) await this.#sayState()
  }

  /**
   * Unix time of sample 0. A microphone's clock is not the machine's, and goes astray by seconds a day: between
   * sentences it is set anew.
   */
  #stampedFrom(): number {
    const { source, clock, pipeline } = this.options
    const isDue = !source.canWait && this.#nextSample % RESTAMP_SAMPLES === 0 && !pipeline.isSpeaking
    if (isDue || this.#streamStartMs === undefined) {
      this.#streamStartMs = clock.nowMs() - samplesToMs(this.#nextSample)
      this.options.onStreamStart(this.#streamStartMs)
    }
    return this.#streamStartMs
  }

  /** What was heard before the microphone went is judged now, not when it comes back. */
  #microphoneChanged({ state, reason }: CaptureMonitor): void {
    const { setStatus, health, log } = this.options
    this.capture.state = state
    if (state === 'healthy') setStatus('online', null)
    else {
      setStatus('degraded', reason)
      if (this.#isHearing) log.info({ capture_state: state, reason }, 'the microphone is not well')
      this.#isHearing = false
      void this.#flush()
    }
    health.now()
  }

  /** True if what was heard has faded so far that the state has another label. Looked at once a second. */
  #hasFaded(): boolean {
    if (this.#saidLabel === undefined || !this.#isNewSecond()) return false
    return this.options.pipeline.state.label !== this.#saidLabel
  }

  #isNewSecond(): boolean {
    return this.#nextSample % SAMPLE_RATE_HZ === 0
  }

  /** The stream is over, or broken off: its last window, and that nobody speaks any more. */
  async #flush(): Promise<void> {
    const { pipeline, announcer } = this.options
    const judgement = pipeline.flush()
    if (judgement !== null && this.#streamStartMs !== undefined) {
      await this.#say(announcer.decision(judgement, this.#streamStartMs))
    }
    if (judgement !== null || pipeline.isSpeaking !== this.#wasSpeaking) await this.#sayState()
    pipeline.reset()
    this.options.fatigue?.breakOff()
  }

  /** Nobody hears how it goes on: an alert that stayed would mean nothing. */
  async #cutAlerts(why: AlertCut): Promise<void> {
    if (this.#streamStartMs === undefined) return
    await this.#say(this.options.announcer.cutAlerts(this.#nextSample, why, this.#streamStartMs))
  }

  async #sayState(): Promise<void> {
    const { pipeline, announcer } = this.options
    this.#wasSpeaking = pipeline.isSpeaking
    if (this.#streamStartMs !== undefined) {
      const { state } = pipeline
      this.#saidLabel = state.label
      await this.#say(announcer.state(state, this.#streamStartMs))
    }
  }

  /** Holds the source back while the outbox is full, but not the order to stop. */
  async #say(messages: readonly Message[]): Promise<void> {
    for (const message of messages) await untilAborted(this.options.publisher.publish(message), this.stop)
  }
}
