import type { FatigueBaseline } from './affect/fatigue/fatigue-baseline.js'
import { encodeFatigue, FATIGUE_MAX_BYTES, parseFatigue } from './affect/fatigue/fatigue-format.js'
import type { Clock } from './ops/clock.js'
import type { Logger } from './ops/logger.js'
import { StateFile } from './ops/state-file.js'
import { StateKeeper } from './state-keeper.js'

/**
 * Between two writes. A write is at most 80 kB, and only after speech: 96 of them a day of speech without end are
 * 8 MB. A power cut costs what was heard since.
 */
export const FATIGUE_SAVE_INTERVAL_MS = 15 * 60_000

export interface FatigueKeeperOptions {
  readonly baseline: FatigueBaseline
  readonly file: StateFile
  /** Whose it is; a file of another is refused. */
  readonly profile: string
  /** Forgets the baseline and what was heard since: the monitor's `reset`. Default: the baseline's. */
  readonly forget?: () => number
  readonly clock: Clock
  readonly log: Logger
}

/** Keeps the fatigue baseline over restarts, as `StateKeeper` does. */
export class FatigueKeeper extends StateKeeper {
  constructor({ baseline, file, profile, forget, clock, log }: FatigueKeeperOptions) {
    const state = {
      name: 'fatigue baseline',
      get speechMs() {
        return baseline.speechMs
      },
      get revision() {
        return baseline.revision
      },
      get isEmpty() {
        return baseline.blocks.length === 0 && baseline.pending.length === 0
      },
      encode: () => encodeFatigue(baseline, profile),
      restore(bytes: Uint8Array) {
        const { blocks, pending } = parseFatigue(bytes, profile)
        baseline.restore(blocks, pending)
      },
      forget: forget ?? (() => baseline.forget()),
    }
    super({
      state,
      file,
      maxFileBytes: FATIGUE_MAX_BYTES,
      saveIntervalMs: FATIGUE_SAVE_INTERVAL_MS,
      clock,
      log,
    })
  }
}

/** Each profile's own, so that drivers may take turns: `fatigue.json` of the default one, `fatigue-NAME.json`. */
export function fatigueFile(stateDir: string, profile: string): StateFile {
  return new StateFile(stateDir, profile === 'default' ? 'fatigue.json' : `fatigue-${profile}.json`)
}
