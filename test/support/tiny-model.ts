import { join } from 'node:path'
import { FEATURE_PARAMS } from '../../src/features/feature-params.js'
import { featureParamsHash } from '../../src/features/feature-params-hash.js'
import { writeArtefact, type ModelSource } from '../../src/nn/artefact-writer.js'
import { tinyInputs, tinyLayers } from '../nn/tiny-model.js'

export const TINY_LABELS = [
  'neutral',
  'calm',
  'happy',
  'sad',
  'angry',
  'fearful',
  'disgust',
  'surprised',
] as const

/** A model of the eight classes over the real features: its weights are random, so it knows nothing, but it runs. */
export function tinyModelSource(): ModelSource {
  const { decisionFrames, nMfcc } = FEATURE_PARAMS
  return {
    id: 'tiny-8',
    created: '2026-01-02T03:04:05.000Z',
    labels: TINY_LABELS,
    feature_params: { ...FEATURE_PARAMS },
    feature_params_hash: featureParamsHash(FEATURE_PARAMS),
    input: { shape: [decisionFrames, nMfcc, 1], scale: 0.03, zero_point: 2 },
    layers: tinyLayers(4, TINY_LABELS.length, 1, nMfcc),
    calibration: { temperature: 1.5 },
    prior: [0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
    licence: 'CC0-1.0',
    training_corpora: [],
    metrics: {},
  }
}

/** @returns the model's directory, inside `folder` */
export function writeTinyModel(folder: string): string {
  const directory = join(folder, 'tiny-8')
  writeArtefact(
    directory,
    tinyModelSource(),
    tinyInputs(FEATURE_PARAMS.decisionFrames * FEATURE_PARAMS.nMfcc),
  )
  return directory
}
