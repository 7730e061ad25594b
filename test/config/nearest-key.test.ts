import t from 'tap'
import { nearestKey } from '../../src/config/nearest-key.js'

const KEYS = ['mqtt.url', 'mqtt.username', 'device.id', 'log.level', 'gate.enter_ms']

t.test('the nearest key is the one in the fewest edits', async (t) => {
  t.equal(nearestKey('mqtt.ur', KEYS), 'mqtt.url')
  t.equal(nearestKey('mqtt.user_name', KEYS), 'mqtt.username')
  t.equal(nearestKey('log.levle', KEYS), 'log.level')
})

t.test('the right name in the wrong group counts as near', async (t) => {
  t.equal(nearestKey('publish.id', KEYS), 'device.id')
})

t.test('what is far from everything has no nearest key, nor has what is absurdly long', async (t) => {
  t.equal(nearestKey('completely.different', KEYS), undefined)
  t.equal(nearestKey('x'.repeat(10_000), KEYS), undefined)
})
