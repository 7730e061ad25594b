import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import type { Random } from '../random.js'
import { COMPUTED_NOISES } from './noise-source.js'
import { babble, looped } from './scene.js'
import { meanSquare, speechPower, type TimedClip } from './speech-targets.js'

/** A noise that detectors are judged in. */
export interface JudgeNoise {
  readonly name: string
  /** @returns noise of `length` samples at any level */
  draw(length: number, random: Random): Float32Array
}

/** How many people babble. */
const BABBLE_VOICES = 5

/**
 * White, cabin, babble, and the recordings of each class.
 *
 * @param voices clips of speakers that neither the detector nor the speech to be found is of
 */
export function judgeNoises(
  recordings: ReadonlyMap<string, readonly Float32Array[]>,
  voices: readonly TimedClip[],
): JudgeNoise[] {
  return [
    ...(['white', 'cabin'] as const).map((name): JudgeNoise => ({
      name,
      draw: COMPUTED_NOISES[name],
    })),
    { name: 'babble', draw: (length, random) => babble(length, [voices], BABBLE_VOICES, random) },
    ...[...recordings].map(([name, all]): JudgeNoise => ({
      name,
      draw: (length, random) =>
        looped(audible(all[random.below(all.length)] as Float32Array), length, random),
    })),
  ]
}

/** Recordings of noise are padded with zeros to 5 s: those would be no noise at all. */
function audible(recording: Float32Array): Float32Array {
  let end = recording.length
  while (end > SAMPLE_RATE_HZ && recording[end - 1] === 0) end--
  return recording.subarray(0, end)
}

/** @returns the clip's samples with noise at an SNR over what is speech in them */
export function mixAt(clip: TimedClip, noise: Float32Array, snrDb: number): Float32Array {
  const gain = Math.sqrt(speechPower(clip) / Math.max(1e-12, meanSquare(noise))) * 10 ** (-snrDb / 20)
  return clip.samples.map((x, i) => x + gain * (noise[i] as number))
}
