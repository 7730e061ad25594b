import { FATIGUE_CUES, type FatigueBlock, type FatigueCue } from '../../../src/affect/fatigue/fatigue-cues.js'
import { DEFAULT_FATIGUE_PARAMS, type FatigueParams } from '../../../src/affect/fatigue/fatigue-params.js'

export const DAY_MS = 86_400_000
/** Noon of some day, UTC. */
export const NOON_MS = Date.UTC(2026, 10, 21, 12)

export const TYPICAL: Readonly<Record<FatigueCue, number>> = {
  syllable_rate: 4,
  articulation_rate: 5,
  pause_ratio: 0.2,
  pause_length: 0.7,
  f0_median: 88,
  f0_spread: 4,
  energy_spread: 10,
  spectral_tilt: -14,
  modulation: 0.4,
}

/** A block that is typical but for what is given. */
export function block(
  cues: Partial<Record<FatigueCue, number>> = {},
  more: Partial<FatigueBlock> = {},
): FatigueBlock {
  const all = { ...TYPICAL, ...cues }
  return {
    atMs: NOON_MS,
    sessionMs: NOON_MS,
    speechMs: 60_000,
    timeOfDay: 2,
    quietness: 2,
    values: FATIGUE_CUES.map((cue) => all[cue]),
    ...more,
  }
}

/** Slow, with long pauses: far from typical in the strongest cues. */
export const TIRED: Partial<Record<FatigueCue, number>> = {
  syllable_rate: 3,
  articulation_rate: 4.3,
  pause_ratio: 0.35,
  pause_length: 1.2,
}

/** Four sessions of four blocks on four days, each a little different. */
export function sessions(more: Partial<FatigueBlock> = {}): FatigueBlock[] {
  return Array.from({ length: 16 }, (_, n) => {
    const sessionMs = NOON_MS - (10 - Math.floor(n / 4)) * DAY_MS
    const wobble = ((n * 7) % 16) / 16 - 0.5
    return block(
      {
        syllable_rate: 4 + 0.3 * wobble,
        articulation_rate: 5 + 0.3 * wobble,
        pause_ratio: 0.2 - 0.05 * wobble,
        pause_length: 0.7 + 0.1 * wobble,
        f0_median: 88 + wobble,
      },
      { sessionMs, atMs: sessionMs + n * 60_000, ...more },
    )
  })
}

export function params(more: Partial<FatigueParams> = {}): FatigueParams {
  return { ...DEFAULT_FATIGUE_PARAMS, ...more }
}
