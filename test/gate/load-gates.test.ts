import { fileURLToPath } from 'node:url'
import t from 'tap'
import { DEFAULT_MODEL_DIR, DEFAULT_VAD_MODEL_DIR } from '../../src/config/defaults.js'
import { DEFAULT_GATE_PARAMS } from '../../src/gate/gate-params.js'
import { loadGates, VAD_NAMES } from '../../src/gate/load-gates.js'
import { fakeSpeech, framesOf, sequence, silence, windowsOf } from '../support/synthetic-audio.js'

const NOWHERE = fileURLToPath(new URL('no-such-model', import.meta.url))
const params = DEFAULT_GATE_PARAMS

for (const vad of VAD_NAMES) {
  t.test(`gates with ${vad} open on speech, each with a state of its own`, async (t) => {
    const gates = loadGates({ vad, vadModel: DEFAULT_VAD_MODEL_DIR, params })
    const [one, other] = [gates.createGate(), gates.createGate()]
    t.ok(windowsOf(one, framesOf(sequence([silence, 0.5], [fakeSpeech(), 2], [silence, 1]), 3.5)).length > 0)
    t.equal(other.framesSeen, 0)
  })
}

t.test('a model that is missing or not a detector is refused, unless no model is asked for', async (t) => {
  t.throws(() => loadGates({ vad: 'network', vadModel: NOWHERE, params }), { code: 'MODEL_NOT_FOUND' })
  t.throws(() => loadGates({ vad: 'network', vadModel: DEFAULT_MODEL_DIR, params }), {
    code: 'MODEL_FEATURES',
  })
  t.doesNotThrow(() => loadGates({ vad: 'energy', vadModel: NOWHERE, params }))
})

t.test('the fingerprint tells detectors, models and parameters apart', async (t) => {
  const of = (vad: (typeof VAD_NAMES)[number], windowMs: number): string =>
    loadGates({ vad, vadModel: DEFAULT_VAD_MODEL_DIR, params: { ...params, windowMs } }).fingerprint
  const all = [of('network', 3000), of('network', 2000), of('energy', 3000), of('energy', 2000)]
  t.equal(new Set(all).size, 4)
  t.equal(of('network', 3000), all[0])
})
