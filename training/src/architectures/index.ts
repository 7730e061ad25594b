import { ConfigError } from '../../../src/errors.js'
import type { Architecture } from './architecture.js'
import { linear, mlp, svm } from './baselines.js'
import { cnn } from './cnn.js'
import { rawCnn } from './raw-cnn.js'
import { cnnGru, cnnLstm, gru, lstm } from './recurrent.js'
import { tcn } from './tcn.js'

const ARCHITECTURES: Readonly<Record<string, (labelCount: number) => Architecture>> = {
  mlp,
  cnn,
  lstm,
  gru,
  'cnn-lstm': cnnLstm,
  'cnn-gru': cnnGru,
  'raw-cnn': rawCnn,
  tcn,
  linear,
  svm,
}

const ENSEMBLE = 'ensemble:'

export const ARCHITECTURE_NAMES = Object.keys(ARCHITECTURES)

/**
 * @param name one of ARCHITECTURE_NAMES, or an ensemble of them: `ensemble:cnn+tcn+tcn`
 * @throws {ConfigError} `TRAINING_UNKNOWN_ARCHITECTURE`, `TRAINING_BAD_ARCHITECTURE`
 */
export function architectureByName(name: string, labelCount: number): Architecture {
  if (name.startsWith(ENSEMBLE)) return ensemble(name, labelCount)
  const make = Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined
  if (!make) {
    throw new ConfigError(
      'TRAINING_UNKNOWN_ARCHITECTURE',
      `architecture '${name}' is unknown; choose one of ${ARCHITECTURE_NAMES.join(', ')}, or ensemble:NAME+NAME`,
    )
  }
  return make(labelCount)
}

function ensemble(name: string, labelCount: number): Architecture {
  const members = name
    .slice(ENSEMBLE.length)
    .split('+')
    .map((member) => architectureByName(member, labelCount))
  const [first] = members as [Architecture]
  const alike = members.every((member) => member.front === first.front && !member.members)
  if (!alike) {
    throw new ConfigError(
      'TRAINING_BAD_ARCHITECTURE',
      `the members of '${name}' must hear the same: all MFCCs, or all the waveform`,
    )
  }
  const takesBands = members.some((member) => member.input === 'bands')
  return {
    name,
    ...(first.front ? { front: first.front } : {}),
    ...(takesBands ? { input: 'bands' } : {}),
    layers: [],
    members,
  }
}
