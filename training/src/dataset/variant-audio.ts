import { addNoise, activePower, loopedFrom, mixVoices } from '../augment/mix-noise.js'
import { reverberate } from '../augment/reverberate.js'
import type { Noise, Variant } from '../augment/variant.js'
import { createRandom } from '../random.js'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import { COMPUTED_NOISES } from '../vad/noise-source.js'
import { clipAudio } from './clip-audio.js'

export interface VariantAudio {
  /** 16 kHz, mono. */
  readonly samples: Float32Array
  /** The same without the noise: where the speaker is heard, and not what the noise says. */
  readonly voice: Float32Array
}

/**
 * A clip as a variant hears it: played at its speed, in its room, with its noise, at its level.
 *
 * @throws {InputError} if the clip or a recording cannot be read
 */
export async function variantAudio(path: string, variant: Variant): Promise<VariantAudio> {
  const { speed, reverb, noise, gainDb, leadMs } = variant
  let voice = await clipAudio(path, speed)
  if (reverb) voice = reverberate(voice, reverb)
  if (leadMs > 0) {
    const lead = Math.round((leadMs * SAMPLE_RATE_HZ) / 1000)
    const later = new Float32Array(lead + voice.length)
    later.set(voice, lead)
    voice = later
  }
  if (gainDb === 0 && !noise && !reverb) return { samples: voice, voice }
  const samples = voice.slice()
  if (noise) addNoise(samples, activePower(voice), await noiseAudio(noise, voice.length), noise.snrDb)
  const gain = 10 ** (gainDb / 20)
  return { samples: samples.map((x) => Math.max(-1, Math.min(1, gain * x))), voice }
}

async function noiseAudio(noise: Noise, length: number): Promise<Float32Array> {
  const random = createRandom(noise.seed)
  const recordings: Float32Array[] = []
  for (const path of noise.paths) recordings.push(await clipAudio(path))
  if (noise.kind === 'babble') return mixVoices(recordings, length, random)
  if (noise.kind === 'recorded') return loopedFrom(recordings[0] ?? new Float32Array(1), length, random)
  return COMPUTED_NOISES[noise.kind as keyof typeof COMPUTED_NOISES](length, random)
}
