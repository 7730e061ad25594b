import { DEFAULT_VAD_MODEL_DIR } from '../../../src/config/defaults.js'
import { DEFAULT_GATE_PARAMS } from '../../../src/gate/gate-params.js'
import { loadGates, type Gates, type VadName } from '../../../src/gate/load-gates.js'

const loaded = new Map<VadName, Gates>()

/**
 * Gates as a device has them that is not configured otherwise.
 *
 * @throws {ModelError} as `loadGates`
 */
export function deviceGates(vad: VadName = 'network'): Gates {
  const gates =
    loaded.get(vad) ?? loadGates({ vad, vadModel: DEFAULT_VAD_MODEL_DIR, params: DEFAULT_GATE_PARAMS })
  loaded.set(vad, gates)
  return gates
}
