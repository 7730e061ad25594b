import { hannPeriodic } from './hann.js'
import { createRealFft } from './real-fft.js'

/** Envelope values in a transform: 2.56 s at a hop of 10 ms. */
const N = 256
const HOP = N / 2
/** Shorter envelopes hold no slow modulation. */
const MIN_FRAMES = 50
/** The syllables' rate … */
const BAND_HZ = [2, 8] as const
/** … within all that speech is modulated by. */
const ALL_HZ = [0.3, 16] as const

/** Sums over stretches of speech; the share of a whole is that of its sums. */
export interface Modulation {
  /** Modulation power from 2 to 8 Hz. */
  band: number
  /** From 0.3 to 16 Hz. */
  all: number
}

/**
 * Adds the modulation spectrum of an envelope: transforms of 2.56 s, half overlapping, Hann, each about its own mean
 * and over its square, so that the level does not show. `band / all` is how much of the rise and fall of the energy
 * goes at the rate of syllables, 2 to 8 Hz; slow speech with long pauses has less.
 *
 * @param envelope amplitude of each frame, at least 0; shorter ones than half a second add nothing
 * @param hopS     time between its values
 * @see Greenberg, Hitchcock & Chang 2003, "Temporal properties of spontaneous speech: a syllable-centric perspective"
 */
export function createModulationMeter(
  hopS: number,
): (envelope: Float32Array, modulation: Modulation) => void {
  const fft = createRealFft(N)
  const re = new Float32Array(N / 2 + 1)
  const im = new Float32Array(N / 2 + 1)
  const frame = new Float32Array(N)
  const whole = hannPeriodic(N)
  const binHz = 1 / (hopS * N)

  return (envelope, modulation) => {
    if (envelope.length < MIN_FRAMES) return
    const length = Math.min(N, envelope.length)
    const window = length === N ? whole : hannPeriodic(length)
    for (let from = 0; from + length <= envelope.length; from += HOP) {
      let mean = 0
      for (let i = 0; i < length; i++) mean += envelope[from + i]
      mean /= length
      if (!(mean > 0)) continue
      for (let i = 0; i < length; i++) frame[i] = (envelope[from + i] / mean - 1) * window[i]
      frame.fill(0, length)
      fft.transformInto(frame, re, im)
      for (let k = 1; k <= N / 2; k++) {
        const hz = k * binHz
        if (hz < ALL_HZ[0] || hz > ALL_HZ[1]) continue
        const power = re[k] * re[k] + im[k] * im[k]
        modulation.all += power
        if (hz >= BAND_HZ[0] && hz <= BAND_HZ[1]) modulation.band += power
      }
    }
  }
}
