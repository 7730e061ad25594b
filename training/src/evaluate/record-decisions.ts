import { createInt8Classifier } from '../../../src/classify/int8-classifier.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { readArtefact } from '../../../src/nn/artefact-reader.js'
import type { Clip } from '../corpora/clip.js'
import { clipAudio } from '../dataset/clip-audio.js'
import { coldEar } from './ear.js'
import type { RecordedDecision, RecordedDecisions } from './recorded-decisions.js'

/**
 * What a model decides on each window of the clips, through the device's own code, each clip cold.
 *
 * @throws {ModelError | InputError} as the readers do
 */
export async function recordDecisions(
  artefactFolder: string,
  clips: readonly Pick<Clip, 'path' | 'corpus' | 'name'>[],
): Promise<RecordedDecisions> {
  const artefact = readArtefact(artefactFolder, featureParamsHash(FEATURE_PARAMS))
  const ear = coldEar(artefact.manifest, createInt8Classifier(artefact))
  const recorded: RecordedDecision[] = []
  for (const { path, corpus, name } of clips) {
    recorded.push({ corpus, name, windows: ear.judge(await clipAudio(path)) })
  }
  return { model: { id: artefact.manifest.id, sha256: artefact.sha256 }, clips: recorded }
}
