import t from 'tap'
import { DEFAULT_AFFECT_PARAMS } from '../../src/affect/affect-params.js'
import { affectParamsOf } from '../../src/cli/stage-params.js'
import { AFFECT_KEYS } from '../../src/config/affect-keys.js'
import { loadConfig } from '../../src/config/load-config.js'

t.test("the defaults are the affect stage's own, each under the key of its name", async (t) => {
  t.same(affectParamsOf(loadConfig({ env: {} }).config.affect), DEFAULT_AFFECT_PARAMS)
  const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  t.same(Object.keys(AFFECT_KEYS), Object.keys(DEFAULT_AFFECT_PARAMS).map(snake))
})
