import type { DiskCounts } from '../../../test/support/disk-meter.js'
import type { ProbeAnswer } from './accelerated-agent.js'
import type { ProcessReadings } from './process-readings.js'

/** What was read at one moment, while nothing was wrong. Counts are since the start. Bytes, and true times. */
export interface SoakSample extends ProcessReadings, Omit<ProbeAnswer, 'resources'> {
  /** Of the agent's clock, since the start. */
  readonly clock_h: number
  /** Audio given. */
  readonly audio_h: number
  /** Since the sample before, looked at several times a second, while things went wrong too. */
  readonly rss_max_bytes: number
  readonly handles: Readonly<Record<string, number>>
  readonly events: number
  readonly repeated: number
  readonly outbox_depth: number
  readonly outbox_dropped: number
  readonly outbox_store: string
  readonly faults: number
  readonly disk: DiskCounts
}
