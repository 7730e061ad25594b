import type { Judgement } from '../affect/judgement.js'
import type { AudioSource } from '../capture/audio-source.js'
import type { Pipeline } from '../pipeline.js'
import { FRAME_SAMPLES, powerToDb } from '../units.js'

/** Hears each frame of a file as it goes by. */
export type FrameListener = (samples: Float32Array, startSample: number) => void

/**
 * Judges one recording from its beginning to its end.
 *
 * @param startSample where the pipeline's stream stands: 0 for one that is cold. Judgements count from the
 *                    recording's own start all the same.
 * @returns every decision, at least one: a recording without any gets one that abstains; and the samples heard
 * @throws {InputError} as the source
 */
export async function analyzeFile(
  source: AudioSource,
  pipeline: Pipeline,
  startSample: number,
  onFrame: FrameListener,
): Promise<{ readonly judgements: readonly Judgement[]; readonly durationSamples: number }> {
  const judgements: Judgement[] = []
  const keep = (judgement: Judgement | null): void => {
    if (judgement !== null)
      judgements.push({ ...judgement, startSample: judgement.startSample - startSample })
  }
  let durationSamples = 0
  let energy = 0
  for await (const frame of source.frames(new AbortController().signal)) {
    onFrame(frame.samples, frame.startSample)
    for (const sample of frame.samples) energy += sample * sample
    durationSamples = frame.startSample + FRAME_SAMPLES
    keep(pipeline.push({ samples: frame.samples, startSample: startSample + frame.startSample }))
  }
  keep(pipeline.flush())
  if (judgements.length === 0) {
    const levelDbfs = powerToDb(durationSamples === 0 ? 0 : energy / durationSamples)
    judgements.push(pipeline.judgeSilence(durationSamples, levelDbfs))
  }
  return { judgements, durationSamples }
}
