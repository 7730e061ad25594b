import { AutoGain } from './auto-gain.js'
import type { LiveParams } from './live-params.js'

/** Gain on whole frames. A frame holds all its samples, so the result does not depend on how they arrived. */
export interface Gain {
  /** At the end of the last frame. */
  readonly gainDb: number
  /** @param frame FRAME_SAMPLES samples with full scale = 1, overwritten; none exceeds ±1 afterwards */
  applyInPlace(frame: Float32Array): void
}

export function createGain(params: Pick<LiveParams, 'gainMode' | 'gainDb' | 'agcMaxGainDb'>): Gain {
  switch (params.gainMode) {
    case 'off':
      return { gainDb: 0, applyInPlace: () => undefined }
    case 'fixed':
      return createFixedGain(params.gainDb)
    case 'auto':
      return new AutoGain(params.agcMaxGainDb)
  }
}

/** Clips as a converter would, so that later stages see that it was too much. */
function createFixedGain(gainDb: number): Gain {
  const factor = 10 ** (gainDb / 20)
  return {
    gainDb,
    applyInPlace(frame) {
      for (let i = 0; i < frame.length; i++) frame[i] = Math.max(-1, Math.min(1, frame[i] * factor))
    },
  }
}
