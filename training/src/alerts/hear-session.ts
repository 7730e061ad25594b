import { Framer } from '../../../src/capture/framer.js'
import { loadJudge, type Judge } from '../../../src/cli/judge.js'
import { loadConfig } from '../../../src/config/load-config.js'
import type { Judgement } from '../../../src/affect/judgement.js'
import { FRAME_SAMPLES } from '../../../src/units.js'
import { activePower } from '../augment/mix-noise.js'
import type { Clip } from '../corpora/clip.js'
import { clipAudio } from '../dataset/clip-audio.js'
import { createRandom } from '../random.js'
import { planSession } from './plan-session.js'
import { sessionAudio, type AudioOf } from './session-audio.js'
import { recordedDecision, type RecordedDecision, type SessionRecord } from './session-record.js'
import type { MeasuredClip, SessionTask } from './session.js'

/** A step is told after so much audio. */
const STEP_SAMPLES = 60 * 16_000

/** Models are read once a process. */
const judges = new Map<string, Promise<Judge>>()

/**
 * Plays a session to the device's own pipeline as a live microphone would, in the configuration that affectd has by
 * default, or near it: the voice is learnt as the session goes, from nothing.
 *
 * @param onStep told after each minute of audio
 * @throws {ModelError} as `loadJudge`
 * @throws {InputError} if a clip or a recording cannot be read
 */
export async function hearSession(task: SessionTask, onStep: () => void): Promise<SessionRecord> {
  const audio = new Map<string, Promise<Float32Array>>()
  const audioOf: AudioOf = (path) => {
    const known = audio.get(path) ?? clipAudio(path)
    audio.set(path, known)
    return known
  }
  const { main, companion, bystanders } = task.cast
  const cast = {
    main: await measured(main, audioOf),
    companion: await measured(companion, audioOf),
    bystanders: await measured(bystanders, audioOf),
  }
  const plan = planSession({ ...task, cast }, createRandom(task.seed, ...Buffer.from(task.name)))
  const judge = await judgeOf(task)
  const { labels } = judge.classifier
  const pipeline = judge.createPipeline({ voice: judge.createVoice() })
  const decisions: RecordedDecision[] = []
  const keep = (judgement: Judgement | null, atSample: number): void => {
    if (judgement) decisions.push(recordedDecision(judgement, labels, atSample))
  }
  const framer = new Framer()
  let toldSample = 0
  for await (const block of sessionAudio(plan, audioOf)) {
    for (const frame of framer.push(block)) {
      const atSample = frame.startSample + FRAME_SAMPLES
      keep(pipeline.push(frame), atSample)
      if (atSample - toldSample < STEP_SAMPLES) continue
      toldSample = atSample
      onStep()
    }
  }
  keep(pipeline.flush(), plan.lengthSamples)
  return {
    name: task.name,
    kind: task.kind,
    lengthSamples: plan.lengthSamples,
    labels,
    episodes: plan.episodes,
    beds: plan.beds.map(({ kind, startSample, endSample }) => ({ kind, startSample, endSample })),
    speechShare: pipeline.framesSpeech / pipeline.framesSeen,
    decisions,
  }
}

async function measured(clips: readonly Clip[], audioOf: AudioOf): Promise<MeasuredClip[]> {
  const all: MeasuredClip[] = []
  for (const clip of clips) {
    const samples = await audioOf(clip.path)
    all.push({ clip, durationSamples: samples.length, activePower: activePower(samples) })
  }
  return all
}

function judgeOf({ artefact, set: changed = [] }: SessionTask): Promise<Judge> {
  const set = [`classify.model=${artefact}`, ...changed]
  const key = JSON.stringify(set)
  // Nothing of this machine's environment: the configuration is the one that affectd has by default.
  const judge = judges.get(key) ?? loadJudge(loadConfig({ env: {}, set }).config)
  judges.set(key, judge)
  return judge
}
