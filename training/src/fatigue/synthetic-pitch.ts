import { PITCH_PARAMS } from '../../../src/features/pitch-params.js'
import { pitchTrack } from '../../../src/features/pitch-track.js'
import { semitones } from '../../../src/features/semitones.js'
import { statistics } from '../../../src/features/statistics.js'
import { createRandom } from '../random.js'

const { sampleRateHz, hopSamples, frameLengthSamples } = PITCH_PARAMS
/** A frame is grossly wrong beyond a fifth of the true pitch. */
export const GROSS = 0.2

export interface PitchErrors {
  readonly name: string
  /** Compared: both sides voiced. */
  readonly frames: number
  readonly grossErrorRate: number
  /** Of the frames that are not grossly wrong. */
  readonly medianCents: number
  /** Share of the reference's voiced frames that are found voiced. */
  readonly voicedShare: number
}

/** @param pairs found and true pitch of each frame, Hz; 0: unvoiced */
export function pitchErrors(
  name: string,
  pairs: readonly (readonly [found: number, truth: number])[],
): PitchErrors {
  const voiced = pairs.filter(([, truth]) => truth > 0)
  const both = voiced.filter(([found]) => found > 0)
  const isGross = ([found, truth]: readonly [number, number]): boolean => Math.abs(found / truth - 1) > GROSS
  const cents = both
    .filter((pair) => !isGross(pair))
    .map(([found, truth]) => 100 * Math.abs(semitones(found) - semitones(truth)))
  return {
    name,
    frames: both.length,
    grossErrorRate: both.filter(isGross).length / Math.max(1, both.length),
    medianCents: statistics(cents).p50,
    voicedShare: both.length / Math.max(1, voiced.length),
  }
}

const SNRS_DB = [null, 20, 10, 5, 0] as const
const TONES_HZ = [90, 110, 150, 200, 270, 360, 480] as const
const SECONDS = 2

/** Harmonic tones that glide by four semitones, 12 dB an octave down, in white noise. */
export function syntheticPitchErrors(seed: number): PitchErrors[] {
  return SNRS_DB.map((snrDb) => {
    const random = createRandom(seed, 7, snrDb ?? 99)
    const pairs = TONES_HZ.flatMap((hz) => {
      const { samples, hzAt } = glide(hz)
      const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length
      const noise = snrDb === null ? 0 : Math.sqrt(power / 10 ** (snrDb / 10))
      const { f0Hz } = pitchTrack(samples.map((x) => x + noise * random.normal()))
      return Array.from(f0Hz, (found, frame): [number, number] => [
        found,
        hzAt(frame * hopSamples + frameLengthSamples / 2),
      ])
    })
    return pitchErrors(snrDb === null ? 'tones, clean' : `tones, ${snrDb} dB`, pairs)
  })
}

function glide(hz: number): { samples: Float32Array; hzAt: (sample: number) => number } {
  const length = SECONDS * sampleRateHz
  const hzAt = (sample: number): number => hz * 2 ** ((2 / 12) * Math.sin((2 * Math.PI * sample) / length))
  const samples = new Float32Array(length)
  let phase = 0
  for (let i = 0; i < length; i++) {
    phase += (2 * Math.PI * hzAt(i)) / sampleRateHz
    for (let n = 1; n <= 20 && n * hz < 4000; n++)
      samples[i] = (samples[i] as number) + (0.2 / n ** 2) * Math.sin(n * phase)
  }
  return { samples, hzAt }
}
