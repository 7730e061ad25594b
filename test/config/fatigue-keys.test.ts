import t from 'tap'
import { DEFAULT_FATIGUE_PARAMS } from '../../src/affect/fatigue/fatigue-params.js'
import { FATIGUE_KEYS, fatigueParamsOf } from '../../src/config/fatigue-keys.js'
import { loadConfig } from '../../src/config/load-config.js'

t.test("the defaults are the indicator's own, each under the key of its name", async (t) => {
  const { fatigue } = loadConfig({ env: {} }).config
  t.same(fatigueParamsOf(fatigue), DEFAULT_FATIGUE_PARAMS)
  const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  t.same(Object.keys(FATIGUE_KEYS), Object.keys(DEFAULT_FATIGUE_PARAMS).map(snake))
})

t.test(
  'all may be set from afar, with a restart; what is no profile or out of range is refused',
  async (t) => {
    for (const { remote, restart } of Object.values(FATIGUE_KEYS)) t.same([remote, restart], [true, true])
    const { fatigue } = loadConfig({
      env: {},
      set: ['fatigue.profile=night-shift', 'fatigue.cusum_h=3'],
    }).config
    t.match(fatigueParamsOf(fatigue), { profile: 'night-shift', cusumH: 3 })
    for (const pair of [
      'mode=maybe',
      'profile=',
      'profile=../x',
      'profile=A',
      'min_speech_s=5',
      'min_sessions=0',
    ]) {
      t.throws(
        () => void loadConfig({ env: {}, set: [`fatigue.${pair}`] }),
        { code: 'CONFIG_INVALID_VALUE' },
        pair,
      )
    }
  },
)
