import { encodeBaseline, parseBaseline, type BaselineIdentity } from './features/baseline-format.js'
import type { Clock } from './ops/clock.js'
import type { Logger } from './ops/logger.js'
import type { StateFile } from './ops/state-file.js'
import { StateKeeper } from './state-keeper.js'
import type { VoiceBaseline } from './voice-baseline.js'

/**
 * Between two writes. A write is 2 kB, some 20 kB with what the file system adds: at most 288 of them a day of speech
 * without end are 6 MB, nothing to an SD card. A power cut costs what was learnt since.
 */
export const SAVE_INTERVAL_MS = 5 * 60_000

const MAX_FILE_BYTES = 64 * 1024

export interface BaselineKeeperOptions {
  readonly voice: VoiceBaseline
  readonly file: StateFile
  readonly identity: BaselineIdentity
  readonly clock: Clock
  readonly log: Logger
}

/** Keeps the voice baseline over restarts, as `StateKeeper` does. */
export class BaselineKeeper extends StateKeeper {
  constructor({ voice, file, identity, clock, log }: BaselineKeeperOptions) {
    const state = {
      name: 'voice baseline',
      get speechMs() {
        return voice.speechMs
      },
      get revision() {
        return voice.revision
      },
      get isEmpty() {
        return voice.history.frames === 0
      },
      encode: () => encodeBaseline(voice.history, identity),
      restore: (bytes: Uint8Array) => voice.restore(parseBaseline(bytes, identity)),
      forget: () => voice.forget(),
    }
    super({ state, file, maxFileBytes: MAX_FILE_BYTES, saveIntervalMs: SAVE_INTERVAL_MS, clock, log })
  }
}
