import t from 'tap'
import { DEFAULT_LIVE_PARAMS } from '../../src/capture/live/live-params.js'
import { captureParamsOf } from '../../src/cli/stage-params.js'
import { LIVE_KEYS } from '../../src/config/live-keys.js'
import { loadConfig, type LoadedConfig } from '../../src/config/load-config.js'

function load(...set: readonly string[]): LoadedConfig['config'] {
  return loadConfig({ env: {}, set }).config
}

t.test("the defaults are the capture stage's own, each under the key of its name", async (t) => {
  const params = captureParamsOf(load().capture)
  t.same(params, DEFAULT_LIVE_PARAMS)
  t.ok(Object.isFrozen(params))
  const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  t.same(Object.keys(LIVE_KEYS), Object.keys(DEFAULT_LIVE_PARAMS).map(snake))
})

t.test('what is made of the samples may be set from afar, with a restart', async (t) => {
  for (const { remote, restart } of Object.values(LIVE_KEYS)) t.same([remote, restart], [true, true])
})

t.test('a channel is mix or a number, from the command line as from a file', async (t) => {
  t.equal(captureParamsOf(load('capture.channel=mix').capture).channel, 'mix')
  t.equal(captureParamsOf(load('capture.channel=7').capture).channel, 7)
  t.equal(loadConfig({ env: { AFFECTD_CAPTURE_CHANNEL: '0' } }).config.capture.channel, 0)
  const file = `${t.testdir({ 'affectd.json': '{"capture":{"channel":1}}' })}/affectd.json`
  t.equal(loadConfig({ env: {}, file }).config.capture.channel, 1)
})

t.test('values beyond the limits are refused', async (t) => {
  for (const pair of [
    'channel=8',
    'channel=-1',
    'channel=00',
    'channel=1.5',
    'channel=',
    'channel=left',
    'gain_mode=on',
    'gain_db=-20.5',
    'gain_db=41',
    'agc_max_gain_db=-1',
    'agc_max_gain_db=41',
    'fault_after_s=-1',
    'fault_after_s=0.5',
    'fault_after_s=3601',
  ]) {
    t.throws(() => load(`capture.${pair}`), { code: 'CONFIG_INVALID_VALUE' }, pair)
  }
  const file = `${t.testdir({ 'affectd.json': '{"capture":{"channel":"1"}}' })}/affectd.json`
  t.throws(
    () => loadConfig({ env: {}, file }),
    { code: 'CONFIG_INVALID_VALUE' },
    'a number in a file is no text',
  )
})
