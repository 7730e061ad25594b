import t from 'tap'
import { DEFAULT_ADAPTATION_PARAMS } from '../../src/affect/adaptation-params.js'
import { DEFAULT_AFFECT_PARAMS } from '../../src/affect/affect-params.js'
import { adaptationParamsOf, affectParamsOf } from '../../src/cli/stage-params.js'
import { ADAPTATION_KEYS, AFFECT_KEYS } from '../../src/config/affect-keys.js'
import { loadConfig } from '../../src/config/load-config.js'

t.test("the defaults are the affect stage's own, each under the key of its name", async (t) => {
  const { affect } = loadConfig({ env: {} }).config
  t.same(affectParamsOf(affect), DEFAULT_AFFECT_PARAMS)
  t.same(adaptationParamsOf(affect), DEFAULT_ADAPTATION_PARAMS)
  const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  t.same(Object.keys(AFFECT_KEYS), [...Object.keys(DEFAULT_AFFECT_PARAMS).map(snake), 'adaptation'])
  t.same(
    Object.keys(ADAPTATION_KEYS).filter((name) => name !== 'sources'),
    Object.keys(DEFAULT_ADAPTATION_PARAMS).map(snake),
  )
})

t.test('what is learnt of the voice may be set from afar, with a restart', async (t) => {
  for (const { remote, restart } of Object.values(ADAPTATION_KEYS)) t.same([remote, restart], [true, true])
  const { affect } = loadConfig({
    env: {},
    set: ['affect.adaptation.mode=all', 'affect.adaptation.max_speech_s=90'],
  }).config
  t.match(adaptationParamsOf(affect), { mode: 'all', maxSpeechS: 90 })
  const refused = (set: string): void => void loadConfig({ env: {}, set: [set] })
  for (const pair of ['mode=warm', 'sources=file', 'min_probability=1.1', 'max_speech_s=0']) {
    t.throws(() => refused(`affect.adaptation.${pair}`), { code: 'CONFIG_INVALID_VALUE' }, pair)
  }
})
