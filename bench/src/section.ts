/** What one part of the benchmark found. */
export interface Section {
  readonly id: string
  readonly title: string
  /** What was compared, and how, where the table does not say it. */
  readonly notes: readonly string[]
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** The table's numbers and what the targets are held against, unrounded. */
  readonly figures: Readonly<Record<string, number>>
}

/** How much time the parts may take. */
export interface Effort {
  /** For each contender of a comparison. */
  readonly compareMs: number
  /** Audio for the agent at full speed. */
  readonly fastAudioS: number
  /** Real time for each of the agent's measurements at real-time pace. */
  readonly paceS: number
  /** Starts of the agent. */
  readonly starts: number
  /** Whether the device install is made and weighed: it needs the registry. */
  readonly installs: boolean
}

export const FULL: Effort = { compareMs: 4000, fastAudioS: 3600, paceS: 120, starts: 15, installs: true }
export const QUICK: Effort = { compareMs: 600, fastAudioS: 300, paceS: 12, starts: 3, installs: false }

export const fixed = (value: number, digits = 2): string => value.toFixed(digits)

/** A ratio, with as many digits as say something. */
export const times = (ratio: number): string => `${ratio.toFixed(ratio < 10 ? 2 : ratio < 100 ? 1 : 0)} ×`
