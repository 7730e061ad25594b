import { featureParamsHash } from '../features/feature-params-hash.js'
import { readArtefact } from '../nn/artefact-reader.js'
import { createEnergyVad } from './energy-vad.js'
import type { Gate } from './gate.js'
import type { GateParams } from './gate-params.js'
import { checkVadModel, createNetworkVad } from './network-vad.js'
import { createGate } from './segmenter.js'
import { VAD_FEATURE_PARAMS } from './vad-features.js'
import type { Vad } from './vad.js'

/** The detectors that a gate may have. */
export const VAD_NAMES = ['network', 'energy'] as const

export type VadName = (typeof VAD_NAMES)[number]

/** What a gate is made of. */
export interface GateSettings {
  readonly vad: VadName
  /** Folder of the network's artefact; not read by another detector. */
  readonly vadModel: string
  readonly params: GateParams
}

/** Makes gates that are alike, each with a state of its own. */
export interface Gates {
  createGate(): Gate
  /** The gate's detector alone. */
  createVad(): Vad
  /** All that two gates must share to cut the same windows: the detector, its model's SHA-256, the parameters. */
  readonly fingerprint: string
}

/**
 * The one place where a gate's parts come together: agent, training and evaluation call it, so that they hear the same
 * windows. A model is read and verified once.
 *
 * @throws {ModelError} as `readArtefact` and `checkVadModel`
 */
export function loadGates({ vad, vadModel, params }: GateSettings): Gates {
  const fingerprint = (model: string): string => JSON.stringify([vad, model, params])
  switch (vad) {
    case 'energy':
      return gatesOf(() => createEnergyVad(params), params, fingerprint(''))
    case 'network': {
      const artefact = readArtefact(vadModel, featureParamsHash(VAD_FEATURE_PARAMS))
      checkVadModel(artefact)
      return gatesOf(() => createNetworkVad(artefact, params), params, fingerprint(artefact.sha256))
    }
  }
}

function gatesOf(createVad: () => Vad, params: GateParams, fingerprint: string): Gates {
  return { createVad, createGate: () => createGate(createVad(), params), fingerprint }
}
