import t from 'tap'
import { demoCommand } from '../../src/cli/demo.js'
import { memoryIo } from '../support/memory-io.js'
import { writeTinyModel } from '../support/tiny-model.js'

t.test('the demo shows speech and events, ends by itself and minds no configuration', async (t) => {
  const model = writeTinyModel(t.testdir({}))
  const io = memoryIo({ AFFECTD_MQTT_URL: 'mqtt://nowhere.invalid', AFFECTD_NONSENSE: '1' })
  t.equal(await demoCommand(['--fast', '--model', model], io), 0)
  t.match(io.stdout, 'device is online')
  t.match(io.stdout, 'speech begins')
  t.match(io.stdout, /dBFS +SNR/)
  t.match(io.stdout, 'device is offline')
  const [, segments, events] = /(\d+) speech segments, (\d+) emotion events\n$/.exec(io.stdout) ?? []
  t.ok(Number(segments) >= 5, `${segments} segments`)
  t.ok(Number(events) >= 10, `${events} events`)
  t.equal(io.stderr, '')
  t.notMatch(io.stdout, '\u001b', 'no colours where no terminal is')
})
