import type { Classifier } from '../../../src/classify/classifier.js'
import { createInt8Classifier } from '../../../src/classify/int8-classifier.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { readArtefact, type Artefact } from '../../../src/nn/artefact-reader.js'
import type { Clip } from '../corpora/clip.js'
import { clipAudio } from '../dataset/clip-audio.js'
import { variantAudio } from '../dataset/variant-audio.js'
import { coldEar, warmEar } from './ear.js'
import type { ClipJudge, EvaluationUnit } from './evaluation-unit.js'
import { verdictOn, type Verdict } from './verdict.js'

/** Models are read once a process. */
const artefacts = new Map<string, { readonly artefact: Artefact; readonly classifier: Classifier }>()
const floatJudges = new Map<string, ClipJudge>()

/**
 * Judges a unit's clips: int8 through the device's own pipeline, each clip heard on its own; float on the windows that
 * the device's gate cuts.
 *
 * @param onClip called after each clip
 * @throws {ModelError} as the artefact's reader does
 * @throws {InputError} as the WAV reader and `decodeFloatWeights` do
 */
export async function judgeUnit(unit: EvaluationUnit, onClip: () => void): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  const judge = unit.form === 'float' ? await floatJudgeOf(unit) : await int8JudgeOf(unit)
  for (const heard of unit.clips) {
    verdicts.push(await judge(heard))
    onClip()
  }
  return verdicts
}

async function int8JudgeOf({ artefact: folder, warmUp }: EvaluationUnit): Promise<ClipJudge> {
  const { artefact, classifier } = loaded(folder)
  const ear = warmUp
    ? warmEar(artefact.manifest, classifier, warmUp.policy, await audioOf(warmUp.clips))
    : coldEar(artefact.manifest, classifier)
  return async ({ clip, variant }) =>
    verdictOn(clip, ear.judge((await variantAudio(clip.path, variant)).samples), artefact.manifest)
}

async function audioOf(clips: readonly Clip[]): Promise<Float32Array[]> {
  const audio: Float32Array[] = []
  for (const clip of clips) audio.push(await clipAudio(clip.path))
  return audio
}

async function floatJudgeOf({ artefact, floatWeights, cache }: EvaluationUnit): Promise<ClipJudge> {
  const key = JSON.stringify([artefact, floatWeights])
  const known = floatJudges.get(key)
  if (known) return known
  // Loaded where it is needed: int8 does without TensorFlow.js, which takes seconds to start.
  const { loadFloatJudge } = await import('./load-float-judge.js')
  const judge = await loadFloatJudge(loaded(artefact).artefact.manifest, floatWeights as string, cache)
  floatJudges.set(key, judge)
  return judge
}

function loaded(folder: string): { readonly artefact: Artefact; readonly classifier: Classifier } {
  const known = artefacts.get(folder)
  if (known) return known
  const artefact = readArtefact(folder, featureParamsHash(FEATURE_PARAMS))
  const model = { artefact, classifier: createInt8Classifier(artefact) }
  artefacts.set(folder, model)
  return model
}
