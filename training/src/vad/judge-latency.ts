import type { GateParams } from '../../../src/gate/gate-params.js'
import { SpeechPhase } from '../../../src/gate/speech-phase.js'
import type { Vad } from '../../../src/gate/vad.js'
import { FRAME_MS, FRAME_SAMPLES, msToFrames, SAMPLE_RATE_HZ } from '../../../src/units.js'
import { createRandom } from '../random.js'
import { mixAt, type JudgeNoise } from './judge-mixtures.js'
import { SPEECH, TARGET_HOP_SAMPLES, type TimedClip } from './speech-targets.js'

/** Around each clip, so that its speech has a beginning and an end to be found. */
const PAUSE_SAMPLES = SAMPLE_RATE_HZ
/** What scores as speech later than so after the last syllable is something else. */
const LATEST_MS = 1000

/** When speech was found after it began, and let go of after it ended, one figure a clip; Infinity: never found. */
export interface Latencies {
  readonly onsetsMs: number[]
  readonly offsetsMs: number[]
}

/**
 * Onset: from the first syllable's start to the end of the frame that makes the gate say `speaking`. Offset: from the
 * last syllable's end to the end of the first frame from which on the score stays below the gate's exit; the gate's
 * hangover comes on top. Negative: before the syllable's end as it was timed by hand.
 */
export function latenciesOf(
  clips: readonly TimedClip[],
  vad: Vad,
  params: GateParams,
  noise: JudgeNoise,
  snrDb: number,
  seed: number,
): Latencies {
  const random = createRandom(seed, snrDb, 2)
  const latencies: Latencies = { onsetsMs: [], offsetsMs: [] }
  vad.reset()
  for (const clip of clips) {
    const padded = withPauses(clip)
    const samples = mixAt(padded, noise.draw(padded.samples.length, random), snrDb)
    const scores: number[] = []
    for (let at = 0; at + FRAME_SAMPLES <= samples.length; at += FRAME_SAMPLES) {
      scores.push(vad.score(samples.subarray(at, at + FRAME_SAMPLES)))
    }
    measure(scores, padded.targets, params, latencies)
  }
  return latencies
}

function withPauses({ samples, targets }: TimedClip): TimedClip {
  const padded = new Float32Array(samples.length + 2 * PAUSE_SAMPLES)
  padded.set(samples, PAUSE_SAMPLES)
  const paddedTargets = new Uint8Array(Math.floor(padded.length / TARGET_HOP_SAMPLES))
  paddedTargets.set(targets, PAUSE_SAMPLES / TARGET_HOP_SAMPLES)
  return { samples: padded, targets: paddedTargets }
}

function measure(
  scores: readonly number[],
  targets: Uint8Array,
  params: GateParams,
  { onsetsMs, offsetsMs }: Latencies,
): void {
  const hopMs = (TARGET_HOP_SAMPLES * 1000) / SAMPLE_RATE_HZ
  const startMs = targets.indexOf(SPEECH) * hopMs
  const endMs = (targets.lastIndexOf(SPEECH) + 1) * hopMs
  const phase = new SpeechPhase({
    ...params,
    enterFrames: msToFrames(params.enterMs),
    hangoverFrames: msToFrames(params.hangoverMs),
  })
  const firstFrame = Math.floor(startMs / FRAME_MS)
  let found: number | undefined
  for (let frame = firstFrame; frame < scores.length && found === undefined; frame++) {
    if (phase.step(scores[frame] as number) === 'speaking') found = (frame + 1) * FRAME_MS
  }
  const last = scores.findLastIndex(
    (score, frame) => score >= params.exitScore && (frame + 1) * FRAME_MS <= endMs + LATEST_MS,
  )
  onsetsMs.push((found ?? Infinity) - startMs)
  offsetsMs.push((last + 2) * FRAME_MS - endMs)
}
