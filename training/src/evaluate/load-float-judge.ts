import { readFileSync } from 'node:fs'
import { architectureByName } from '../architectures/index.js'
import { readyBackend } from '../tf/backend.js'
import type { ClipJudge } from './evaluation-unit.js'
import { createFloatJudge } from './float-judge.js'
import { decodeFloatWeights } from './float-weights.js'
import type { Judged } from './verdict.js'

/**
 * The float network of a file of weights; TensorFlow.js comes with it.
 *
 * @throws {InputError} `TRAINING_FLOAT_WEIGHTS`
 */
export async function loadFloatJudge(judged: Judged, file: string, cache: string): Promise<ClipJudge> {
  await readyBackend()
  const { architecture, parameters } = decodeFloatWeights(readFileSync(file))
  const network = { architecture: architectureByName(architecture, judged.labels.length), parameters }
  return createFloatJudge(judged, network, cache)
}
