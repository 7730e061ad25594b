import type { Liveness } from './liveness.js'

/** What is known of a microphone, for `status` and `health`. */
export interface CaptureMonitor {
  readonly state: Liveness
  /** Why it is not well, machine-readable; null while it is. */
  readonly reason: string | null
  readonly counts: CaptureCounts
  /** Told of every change of state or reason. One listener. */
  onChange(listener: () => void): void
}

/** In samples at 16 kHz since the first one: received + lost + gap is the time that has passed, in whole frames. */
export interface CaptureCounts {
  readonly receivedSamples: number
  /** Missing from audio that otherwise came. */
  readonly lostSamples: number
  /** No device. */
  readonly gapSamples: number
  /** Capture processes started after the first. */
  readonly restarts: number
  /** How much faster than the machine's clock the device's runs; null while nobody can know. */
  readonly driftPpm: number | null
}
