import type { Vad } from '../../../src/gate/vad.js'
import { FRAME_SAMPLES } from '../../../src/units.js'
import { areaUnderCurve } from '../evaluate/area-under-curve.js'
import { createRandom } from '../random.js'
import { mixAt, type JudgeNoise } from './judge-mixtures.js'
import { SPEECH, TARGET_HOP_SAMPLES, type TimedClip } from './speech-targets.js'

/**
 * How well detectors part speech from pause, frame by frame: the area under the ROC curve of each on the same
 * mixtures. Detectors are not reset between clips: they follow one another as in a stream.
 *
 * @param noise null: the clips as they are
 */
export function frameAreas(
  clips: readonly TimedClip[],
  detectors: readonly Pick<Vad, 'score'>[],
  noise: JudgeNoise | null,
  snrDb: number,
  seed: number,
): number[] {
  const random = createRandom(seed, snrDb)
  const scores = detectors.map((): number[] => [])
  const isSpeech: boolean[] = []
  for (const clip of clips) {
    const samples = noise ? mixAt(clip, noise.draw(clip.samples.length, random), snrDb) : clip.samples
    for (let at = 0; at + FRAME_SAMPLES <= samples.length; at += FRAME_SAMPLES) {
      const frame = samples.subarray(at, at + FRAME_SAMPLES)
      detectors.forEach((detector, d) => (scores[d] as number[]).push(detector.score(frame)))
      const middle = Math.floor((at + FRAME_SAMPLES / 2) / TARGET_HOP_SAMPLES)
      isSpeech.push(clip.targets[middle] === SPEECH)
    }
  }
  return scores.map((own) => areaUnderCurve(own, isSpeech))
}
