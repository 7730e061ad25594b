import t from 'tap'
import { gateParamsOf } from '../../src/cli/stage-params.js'
import { DEFAULT_VAD_MODEL_DIR } from '../../src/config/defaults.js'
import { defaultOf, type Machine } from '../../src/config/key-spec.js'
import { GATE_KEYS } from '../../src/config/gate-keys.js'
import { loadConfig } from '../../src/config/load-config.js'
import { DEFAULT_GATE_PARAMS } from '../../src/gate/gate-params.js'

const machine: Machine = { hostname: 'h', homeDir: '/', isRoot: false, env: {} }

t.test("the defaults are the gate's own, each under the key of its name", async (t) => {
  const { config } = loadConfig({ env: {}, machine })
  t.same(gateParamsOf(config.gate), DEFAULT_GATE_PARAMS)
  const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  const { vad, vad_model: vadModel, ...tuned } = GATE_KEYS
  t.same(Object.keys(tuned), Object.keys(DEFAULT_GATE_PARAMS).map(snake))
  for (const spec of Object.values(tuned)) t.ok(spec.format.accepts(defaultOf(spec, machine)), spec.doc)
  t.equal(defaultOf(vad, machine), 'network')
  t.equal(defaultOf(vadModel, machine), DEFAULT_VAD_MODEL_DIR)
  t.same([vad.remote, vadModel.remote], [true, false])
})

t.test('thresholds and times that contradict each other are refused with both keys', async (t) => {
  for (const [set, other] of [
    [['gate.enter_score=0.3'], 'gate.exit_score'],
    [[`gate.exit_score=${DEFAULT_GATE_PARAMS.enterScore}`], 'gate.enter_score'],
    [['gate.post_roll_ms=700'], 'gate.hangover_ms'],
    [['gate.window_hop_ms=3100'], 'gate.window_ms'],
    [['gate.min_speech_ms=3100'], 'gate.window_ms'],
    [['gate.min_voiced_ms=400'], 'gate.min_speech_ms'],
    [['gate.max_speech_ms=2000'], 'gate.window_ms'],
  ] as const) {
    const load = (): unknown => loadConfig({ env: {}, machine, set })
    t.throws(load, { code: 'CONFIG_CONFLICT', message: other, exitCode: 78 }, set.join(' '))
  }
})
