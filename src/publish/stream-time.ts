import { samplesToMs } from '../units.js'

/** RFC 3339 UTC with milliseconds: `2026-11-21T08:00:00.000Z`. */
export function rfc3339(unixMs: number): string {
  return new Date(Math.round(unixMs)).toISOString()
}

/**
 * Time of a sample on the audio clock: start of the stream plus samples over rate, rounded to the millisecond. A file
 * judged fast has the times of the same file judged slowly.
 *
 * @param streamStartMs Unix time of sample 0, ms
 * @param sample        index since the start of the stream, 16 kHz
 */
export function sampleTime(streamStartMs: number, sample: number): string {
  return rfc3339(streamStartMs + samplesToMs(sample))
}
