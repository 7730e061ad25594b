import { logF32 } from './log-f32.js'

/**
 * Semitones above 1 Hz, 12·log₂: differences of pitches in it are what an ear hears of them, for low and high voices
 * alike.
 *
 * @param hz above 0
 */
export function semitones(hz: number): number {
  return (12 * logF32(hz)) / Math.LN2
}
