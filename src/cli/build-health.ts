import type { CaptureCounts } from '../agent.js'
import type { AudioSource } from '../capture/audio-source.js'
import { HealthReporter } from '../health-reporter.js'
import { HealthRecord } from '../ops/health.js'
import type { Pipeline } from '../pipeline.js'
import { healthMessage } from '../publish/payloads.js'
import type { Message, Publisher } from '../publish/publisher.js'
import type { Topics } from '../publish/topics.js'
import type { AgentSession } from './agent-session.js'

/** What of an agent its health is read from. */
export interface HealthDeps {
  readonly session: Pick<AgentSession, 'clock' | 'startedMs'>
  readonly topics: Topics
  readonly tell: (message: Message) => void
  readonly publisher: Pick<Publisher, 'counts'>
  readonly source: Pick<AudioSource, 'monitor'>
  readonly capture: CaptureCounts
  /** Built after its health, which hears how long inference takes. */
  readonly pipeline: () => Pick<Pipeline, 'framesSeen' | 'framesSpeech'>
  readonly voice: { readonly speechMs: number }
}

export interface HealthPart {
  readonly reporter: HealthReporter
  readonly inferenceTook: (durationMs: number) => void
  /** Reports, and says what was reported. */
  now(): object
}

export function buildHealth(intervalS: number, deps: HealthDeps): HealthPart {
  const { topics, tell, publisher, source, capture, pipeline, voice } = deps
  const { clock, startedMs } = deps.session
  const record = new HealthRecord({ monotonicMs: clock.monotonicMs(), cpuMicros: cpuMicros() }, startedMs)
  let last: Message | undefined
  const reporter = new HealthReporter(clock, intervalS * 1000, () => {
    const { outboxDepth, outboxDropped, outboxDroppedBy, outboxStore, reconnects } = publisher.counts
    const { framesSeen, framesSpeech } = pipeline()
    const report = record.report({
      monotonicMs: clock.monotonicMs(),
      rssBytes: process.memoryUsage.rss(),
      cpuMicros: cpuMicros(),
      captureState: capture.state,
      captureDrops: capture.drops,
      captureRestarts: source.monitor?.counts.restarts ?? 0,
      captureDriftPpm: source.monitor?.counts.driftPpm ?? null,
      framesSeen,
      framesSpeech,
      outboxDepth,
      outboxDropped,
      outboxDroppedBy,
      outboxStore,
      reconnects,
      adaptationSpeechMs: voice.speechMs,
    })
    last = healthMessage(topics, report, clock.nowMs())
    tell(last)
  })
  return {
    reporter,
    inferenceTook: (durationMs) => record.inferenceTook(durationMs),
    now() {
      reporter.now()
      return JSON.parse(last?.payload ?? '{}') as object
    },
  }
}

function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
