import { basename, join } from 'node:path'
import type { Clip } from '../corpora/clip.js'
import { clipAudio } from '../dataset/clip-audio.js'
import type { Progress } from '../dataset/example-cache.js'
import { syllableStarts } from '../corpora/emodb-syllables.js'
import type { SceneMaterial } from './scene.js'
import { type TimedClip, targetsOfLevel, targetsOfSyllables } from './speech-targets.js'
import { judgingMaterial, type VadMaterial } from './vad-split.js'

/** Every so many of a corpus's clips, so that no corpus fills the memory. */
const NEMO_EVERY = 4

/** Reads the audio that scenes are made of. */
export async function loadMaterial(
  root: string,
  { emodb, ravdess, nemo, noise }: VadMaterial,
  onProgress: Progress,
): Promise<SceneMaterial> {
  const someNemo = nemo.filter((_, n) => n % NEMO_EVERY === 0)
  const total = emodb.length + ravdess.length + someNemo.length
  let done = 0
  const timed = async (
    clips: readonly Clip[],
    timeOf: (clip: Clip) => Promise<TimedClip | null>,
  ): Promise<TimedClip[]> => {
    const all: TimedClip[] = []
    for (const clip of clips) {
      const read = await timeOf(clip)
      if (read) all.push(read)
      onProgress(++done, total)
    }
    return all
  }
  const speech = [
    await timed(emodb, (clip) => timedByHand(root, clip)),
    await timed(ravdess, timedByLevel),
    await timed(someNemo, timedByLevel),
  ].filter((clips) => clips.length > 0)
  return { speech, noise: [...(await loadNoise(noise)).values()] }
}

async function loadNoise(
  paths: ReadonlyMap<string, readonly string[]>,
): Promise<ReadonlyMap<string, Float32Array[]>> {
  const noise = new Map<string, Float32Array[]>()
  for (const [name, files] of paths) {
    const recordings: Float32Array[] = []
    for (const path of files) recordings.push(await clipAudio(path))
    noise.set(name, recordings)
  }
  return noise
}

/** EMO-DB by its `silb` files; null for a clip without one. */
export async function timedByHand(root: string, clip: Clip): Promise<TimedClip | null> {
  const starts = syllableStarts(join(root, 'emodb', 'silb', `${basename(clip.path, '.wav')}.silb`))
  if (!starts) return null
  const samples = await clipAudio(clip.path)
  return { samples, targets: targetsOfSyllables(starts, samples.length) }
}

async function timedByLevel(clip: Clip): Promise<TimedClip> {
  const samples = await clipAudio(clip.path)
  return { samples, targets: targetsOfLevel(samples) }
}

/** Every so many of nEMO's unheard clips babble. */
const VOICES_EVERY = 20

/** Reads what detectors are judged on: timed speech, voices for babble, recorded noises by class. */
export async function loadJudgingMaterial(
  root: string,
  isInner: boolean,
): Promise<{
  readonly clips: readonly TimedClip[]
  readonly voices: readonly TimedClip[]
  readonly noise: ReadonlyMap<string, readonly Float32Array[]>
}> {
  const { emodb, nemo, noise } = judgingMaterial(root, isInner)
  const clips: TimedClip[] = []
  for (const clip of emodb) {
    const timed = await timedByHand(root, clip)
    if (timed) clips.push(timed)
  }
  const voices: TimedClip[] = []
  for (const clip of nemo.filter((_, n) => n % VOICES_EVERY === 0)) voices.push(await timedByLevel(clip))
  return { clips, voices, noise: await loadNoise(noise) }
}
