import t from 'tap'
import { emptyCounts } from '../../src/affect/summary/tally.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { PretendedDevice } from '../support/pretended-device.js'
import { pythonWith } from '../support/python-with.js'
import { recipeFile, RecipeProcess } from '../support/recipe-process.js'
import { findProgram, skipUnlessPart } from '../support/require-part.js'

const PYTHON = pythonWith('paho.mqtt.client')
const hasMosquitto = findProgram('mosquitto') !== undefined
const DAY = { kind: 'day' as const, startMs: 0, endMs: 86_400_000 }

const SUBSCRIBERS = [
  {
    name: 'the plain Node subscriber',
    needs: skipUnlessPart('mosquitto', hasMosquitto),
    start: (port: number) =>
      new RecipeProcess(process.execPath, [recipeFile('node-subscriber/subscriber.mjs')], {
        BROKER: `mqtt://127.0.0.1:${port}`,
      }),
  },
  {
    name: 'the plain Python subscriber',
    needs: skipUnlessPart('mosquitto or python3-paho-mqtt', hasMosquitto && PYTHON !== undefined),
    start: (port: number) =>
      new RecipeProcess(PYTHON ?? 'python3', [recipeFile('python-subscriber/subscriber.py')], {
        BROKER: '127.0.0.1',
        PORT: String(port),
      }),
  },
]

for (const { name, needs, start } of SUBSCRIBERS) {
  t.test(`${name} misses nothing, acts once, and says what was lost`, needs, async (t) => {
    const broker = new Mosquitto(await freePort())
    await broker.start()
    const device = await PretendedDevice.open(broker.url, 'bus-12')
    device.seq = 4
    const raised = await device.alert('anger', true)
    const first = start(broker.port)
    t.teardown(async () => {
      await first.stop('SIGKILL')
      await device.close()
      await broker.remove()
    })
    await first.said('listening to affectd/+')
    // Retained: it was raised before anybody listened.
    await first.said('bus-12 alert anger since 2026-11-21T08:00:03.000Z')

    const angry = await device.emotion('angry')
    await device.send(angry)
    await device.emotion('sad', true)
    for (const topic of [device.topics.emotion, device.topics.alert('anger'), device.topics.summary]) {
      await device.sendGarbage(topic)
    }
    device.seq += 2
    await device.emotion('happy')
    const over = await device.alert('anger', false)
    // A device that did not hear the acknowledgements sends both again.
    await device.send({ ...raised, retain: false })
    await device.send({ ...over, retain: false })
    await device.send({ ...angry })
    device.restart()
    device.seq = 7
    await device.summary({ ...emptyCounts(), decisions: 64 }, DAY)
    await first.said('bus-12 summary of 64 decisions')
    t.same(
      first.lines.filter((line) => line.startsWith('bus-12') && !line.includes('ignored')),
      [
        'bus-12 alert anger since 2026-11-21T08:00:03.000Z',
        'bus-12 angry 81 %',
        'bus-12 lost 2 before 10',
        'bus-12 happy 81 %',
        'bus-12 over anger',
        'bus-12 summary of 64 decisions',
      ],
    )
    t.ok(first.lines.filter((line) => line.includes('ignored')).length > 20)
    t.equal(first.stderr, '')

    // What is said while it is away waits at the broker, and the summary too if there was no time to acknowledge it.
    await first.stop('SIGKILL')
    await device.emotion('calm')
    await device.alert('fatigue', true)
    const second = start(broker.port)
    t.teardown(() => second.stop('SIGKILL'))
    await second.said(/^bus-12 alert fatigue/)
    await device.emotion('neutral')
    await second.said('bus-12 neutral 81 %')
    t.same(
      second.lines.filter((line) => /^bus-12 (?!summary)/.test(line)),
      ['bus-12 calm 81 %', 'bus-12 alert fatigue since 2026-11-21T08:00:03.000Z', 'bus-12 neutral 81 %'],
    )
  })
}
