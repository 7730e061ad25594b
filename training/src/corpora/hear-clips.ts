import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import { clipAudio } from '../dataset/clip-audio.js'
import type { Clip } from './clip.js'
import { contentHash } from './content-hash.js'
import type { Heard } from './duplicates.js'

/**
 * Reads every clip, for its length and for what it is recognised by: some 3 ms a clip.
 *
 * @throws {InputError} as the WAV reader does
 */
export async function hearClips(
  clips: readonly Clip[],
  onProgress: (done: number, total: number) => void,
): Promise<Heard[]> {
  const heard: Heard[] = []
  for (const clip of clips) {
    const samples = await clipAudio(clip.path)
    heard.push({
      clip,
      durationS: samples.length / SAMPLE_RATE_HZ,
      hash: contentHash(samples),
    })
    onProgress(heard.length, clips.length)
  }
  return heard
}
