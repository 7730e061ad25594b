import { rmSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../../../src/errors.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { writeArtefact } from '../../../src/nn/artefact-writer.js'
import { inputShapeOf, type Architecture } from '../architectures/architecture.js'
import { networkCost } from '../architectures/network-cost.js'
import { frontEndOf } from '../dataset/front-end.js'
import { quantizeNetwork } from '../quantize/quantize-network.js'
import { createRandom } from '../random.js'
import type { Parameters } from '../train/parameters.js'
import { architectureOf, INPUT_SHAPE, loadRun } from '../train/run.js'

/** What a network would take up and cost on a device. */
export interface DeployedSize {
  readonly parameters: number
  /** Multiply-accumulates of one decision window. */
  readonly macs: number
  readonly artefactBytes: number
  /** False: the int8 engine does not run this network, and the bytes are a quarter of its float weights'. */
  readonly isQuantized: boolean
}

/** A few made-up inputs: they set ranges, on which the size does not depend. */
const PROBE_INPUTS = 4

/**
 * The size of a trained run's network. What the int8 engine runs is quantised and written for it, and removed again.
 *
 * @throws {InputError} as `loadRun`
 */
export function deployedSize(runFolder: string): DeployedSize {
  const { run, state } = loadRun(runFolder)
  const architecture = architectureOf(run)
  const { frames, coefficients } = frontEndOf(architecture)
  const cost = networkCost(architecture, inputShapeOf(architecture, frames, coefficients))
  const bytes = artefactBytes(architecture, state.averaged, run.labels, join(runFolder, 'size-probe'))
  return { ...cost, artefactBytes: bytes ?? cost.parameters, isQuantized: bytes !== null }
}

/** Null if there is no int8 form. */
function artefactBytes(
  architecture: Architecture,
  parameters: Parameters,
  labels: readonly string[],
  folder: string,
): number | null {
  if ((architecture.front ?? 'mfcc') !== 'mfcc' || architecture.members) return null
  const [frames, coefficients] = INPUT_SHAPE
  const random = createRandom(1)
  const inputs = Array.from({ length: PROBE_INPUTS }, () =>
    Float32Array.from({ length: frames * coefficients }, () => random.normal()),
  )
  try {
    const shape = inputShapeOf(architecture, frames, coefficients)
    const network = quantizeNetwork(architecture, parameters, shape, inputs)
    const prior = labels.map(() => 1 / labels.length)
    writeArtefact(folder, { ...PROBE, labels, prior, ...network }, [new Int8Array(frames * coefficients)])
    return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  } catch (error) {
    if (error instanceof ConfigError && error.code === 'TRAINING_NOT_QUANTIZABLE') return null
    throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const PROBE = {
  id: 'size-probe',
  created: '2026-01-01T00:00:00.000Z',
  feature_params: { ...FEATURE_PARAMS },
  feature_params_hash: featureParamsHash(FEATURE_PARAMS),
  calibration: { temperature: 1 },
  licence: 'CC-BY-NC-SA-4.0',
  training_corpora: [],
  metrics: {},
} as const
