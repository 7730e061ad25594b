import { DurationRing } from './duration-ring.js'

const REMEMBERED_INFERENCES = 512

/** What is read off the process and the stages when a report is due. */
export interface HealthReadings {
  /** Monotonic, ms. */
  readonly monotonicMs: number
  readonly rssBytes: number
  /** User and system time of the process since its start, µs. */
  readonly cpuMicros: number
  readonly captureState: string
  readonly captureDrops: number
  readonly captureRestarts: number
  readonly captureDriftPpm: number | null
  /** Since the start. */
  readonly framesSeen: number
  readonly framesSpeech: number
  readonly outboxDepth: number
  readonly outboxDropped: number
  readonly outboxDroppedBy: Readonly<Record<'count' | 'bytes' | 'age' | 'unreadable', number>>
  readonly outboxStore: 'disk' | 'memory'
  readonly reconnects: number
  /** Speech that the usual voice was learnt from. */
  readonly adaptationSpeechMs: number
}

export interface HealthReport {
  readonly uptimeS: number
  readonly rssMb: number
  /** Share of one core since the report before. */
  readonly cpuPercent: number
  readonly captureState: string
  /** Frames lost since the start. */
  readonly captureDrops: number
  /** Capture processes started after the first. */
  readonly captureRestarts: number
  /** How much faster than the machine's the microphone's clock runs; null while nobody can know. */
  readonly captureDriftPpm: number | null
  /** Share of the frames judged speech since the report before. */
  readonly speechRatio: number
  /** Over the last inferences; null before the first. */
  readonly inferenceP50Ms: number | null
  readonly inferenceP95Ms: number | null
  readonly outboxDepth: number
  readonly outboxDropped: number
  readonly outboxDroppedBy: Readonly<Record<'count' | 'bytes' | 'age' | 'unreadable', number>>
  readonly outboxStore: 'disk' | 'memory'
  readonly reconnects: number
  readonly adaptationSpeechMs: number
}

interface Marks {
  readonly monotonicMs: number
  readonly cpuMicros: number
  readonly framesSeen: number
  readonly framesSpeech: number
}

/** Gathers what `health` says. Rates are taken between one report and the next. */
export class HealthRecord {
  readonly #inferences = new DurationRing(REMEMBERED_INFERENCES)
  readonly #startedMs: number
  #before: Marks

  /** @param start readings at the start of the process or of the record */
  constructor(start: Pick<HealthReadings, 'monotonicMs' | 'cpuMicros'>) {
    this.#startedMs = start.monotonicMs
    this.#before = { ...start, framesSeen: 0, framesSpeech: 0 }
  }

  inferenceTook(durationMs: number): void {
    this.#inferences.add(durationMs)
  }

  report(now: HealthReadings): HealthReport {
    const before = this.#before
    const { monotonicMs, cpuMicros, framesSeen, framesSpeech } = now
    this.#before = { monotonicMs, cpuMicros, framesSeen, framesSpeech }
    const [p50, p95] = this.#inferences.percentiles([0.5, 0.95])
    return {
      uptimeS: (monotonicMs - this.#startedMs) / 1000,
      rssMb: now.rssBytes / 1e6,
      cpuPercent: 100 * ratio((cpuMicros - before.cpuMicros) / 1000, monotonicMs - before.monotonicMs),
      captureState: now.captureState,
      captureDrops: now.captureDrops,
      captureRestarts: now.captureRestarts,
      captureDriftPpm: now.captureDriftPpm,
      speechRatio: ratio(framesSpeech - before.framesSpeech, framesSeen - before.framesSeen),
      inferenceP50Ms: p50 ?? null,
      inferenceP95Ms: p95 ?? null,
      outboxDepth: now.outboxDepth,
      outboxDropped: now.outboxDropped,
      outboxDroppedBy: now.outboxDroppedBy,
      outboxStore: now.outboxStore,
      reconnects: now.reconnects,
      adaptationSpeechMs: now.adaptationSpeechMs,
    }
  }
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0
}
