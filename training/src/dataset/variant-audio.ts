import { addNoise, activePower, loopedFrom, mixVoices } from '../augment/mix-noise.js'
import { reverberate } from '../augment/reverberate.js'
import type { Noise, Variant } from '../augment/variant.js'
import { createRandom } from '../random.js'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import { COMPUTED_NOISES } from '../vad/noise-source.js'
import { clipAudio } from './clip-audio.js'

/**
 * A clip as a variant hears it, 16 kHz mono: played at its speed, in its room, with its noise, at its level.
 *
 * @throws {InputError} if the clip or a recording cannot be read
 */
export async function variantAudio(path: string, variant: Variant): Promise<Float32Array> {
  const { speed, reverb, noise, gainDb, leadMs } = variant
  let samples = await clipAudio(path, speed)
  if (reverb) samples = reverberate(samples, reverb)
  if (leadMs > 0) {
    const lead = Math.round((leadMs * SAMPLE_RATE_HZ) / 1000)
    const later = new Float32Array(lead + samples.length)
    later.set(samples, lead)
    samples = later
  }
  if (noise) {
    samples = samples.slice()
    addNoise(samples, activePower(samples), await noiseAudio(noise, samples.length), noise.snrDb)
  }
  if (gainDb === 0 && !noise && !reverb) return samples
  const gain = 10 ** (gainDb / 20)
  return samples.map((x) => Math.max(-1, Math.min(1, gain * x)))
}

async function noiseAudio(noise: Noise, length: number): Promise<Float32Array> {
  const random = createRandom(noise.seed)
  const recordings: Float32Array[] = []
  for (const path of noise.paths) recordings.push(await clipAudio(path))
  if (noise.kind === 'babble') return mixVoices(recordings, length, random)
  if (noise.kind === 'recorded') return loopedFrom(recordings[0] ?? new Float32Array(1), length, random)
  return COMPUTED_NOISES[noise.kind as keyof typeof COMPUTED_NOISES](length, random)
}
