import { loopedFrom, mixVoices } from '../augment/mix-noise.js'
import { createRandom } from '../random.js'
import { COMPUTED_NOISES } from '../vad/noise-source.js'
import { meanSquare } from '../vad/speech-targets.js'
import { SESSION_SETTINGS } from './session-settings.js'
import type { NoiseBed, SessionPlan } from './session.js'

/** Audio of a path, 16 kHz, mono. */
export type AudioOf = (path: string) => Promise<Float32Array>

const COMPUTED: Readonly<Record<string, keyof typeof COMPUTED_NOISES>> = {
  room: 'pink',
  cabin: 'cabin',
  rumble: 'rumble',
  white: 'white',
  hum: 'hum',
}

/**
 * A plan's audio, one noise bed (two minutes at most) after another: a whole session is never held. Full scale is 1;
 * what is louder is clipped, as a microphone does it.
 */
export async function* sessionAudio(plan: SessionPlan, audioOf: AudioOf): AsyncGenerator<Float32Array> {
  let first = 0
  for (const bed of plan.beds) {
    const samples = await bedAudio(bed, audioOf)
    while (first < plan.turns.length && endOf(plan.turns[first]!) <= bed.startSample) first++
    for (let n = first; n < plan.turns.length; n++) {
      const turn = plan.turns[n]!
      if (turn.startSample >= bed.endSample) break
      const clip = await audioOf(turn.path)
      const from = Math.max(turn.startSample, bed.startSample)
      const to = Math.min(endOf(turn), bed.endSample)
      for (let at = from; at < to; at++) {
        const i = at - bed.startSample
        samples[i] = (samples[i] as number) + turn.gain * (clip[at - turn.startSample] as number)
      }
    }
    for (let i = 0; i < samples.length; i++) samples[i] = Math.max(-1, Math.min(1, samples[i] as number))
    yield samples
  }
}

function endOf({
  startSample,
  durationSamples,
}: {
  readonly startSample: number
  readonly durationSamples: number
}): number {
  return startSample + durationSamples
}

async function bedAudio(bed: NoiseBed, audioOf: AudioOf): Promise<Float32Array> {
  const length = bed.endSample - bed.startSample
  const random = createRandom(bed.seed)
  const samples = atLevel(COMPUTED_NOISES.pink(length, random), SESSION_SETTINGS.floorDbfs)
  const computed = COMPUTED[bed.kind]
  const recordings: Float32Array[] = []
  for (const path of bed.paths) recordings.push(await audioOf(path))
  const noise = computed
    ? COMPUTED_NOISES[computed](length, random)
    : bed.kind === 'babble'
      ? mixVoices(recordings, length, random)
      : loopedFrom(recordings[0] as Float32Array, length, random)
  atLevel(noise, bed.levelDbfs)
  for (let i = 0; i < length; i++) samples[i] = (samples[i] as number) + (noise[i] as number)
  return samples
}

/** In place. */
function atLevel(samples: Float32Array, levelDbfs: number): Float32Array {
  const gain = Math.sqrt(10 ** (levelDbfs / 10) / Math.max(1e-20, meanSquare(samples)))
  for (let i = 0; i < samples.length; i++) samples[i] = gain * (samples[i] as number)
  return samples
}
