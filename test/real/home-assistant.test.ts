import t from 'tap'
import type { Test } from 'tap'
import { systemClock } from '../../src/ops/clock.js'
import { HomeAssistant } from '../../src/publish/home-assistant/home-assistant.js'
import { Mosquitto, freePort } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { publisherRig } from '../support/publisher-rig.js'
import type { PublisherRig } from '../support/publisher-rig.js'
import { skipUnless } from '../support/require-part.js'
import { sampleDiscovery } from '../support/sample-messages.js'

const needsMosquitto = skipUnless('mosquitto')
const discovery = sampleDiscovery([])

/** One run of a device, connected. */
async function run(url: string, tap: MqttTap, isOn: boolean, protocol: '5' | '3.1.1'): Promise<PublisherRig> {
  const rig = publisherRig(url, { protocol })
  const options = { publisher: rig.publisher, discovery, prefix: 'homeassistant', isOn }
  new HomeAssistant({ ...options, clock: systemClock, random: () => 0 }).start()
  const statusesBefore = statuses(tap)
  rig.publisher.start()
  await tap.until(() => statuses(tap) > statusesBefore)
  return rig
}

function statuses(tap: MqttTap): number {
  return tap.heard.filter(({ topic }) => topic === 'affectd/t1/status').length
}

function discoveries(tap: MqttTap): readonly string[] {
  return tap.heard.filter(({ topic }) => topic === discovery.topic).map(({ payload }) => payload)
}

async function broker(t: Test): Promise<{ url: string; tap: MqttTap }> {
  const mosquitto = new Mosquitto(await freePort())
  await mosquitto.start()
  const tap = await MqttTap.open(mosquitto.url, '#')
  t.teardown(async () => {
    await tap.close()
    await mosquitto.remove()
  })
  return { url: mosquitto.url, tap }
}

for (const protocol of ['5', '3.1.1'] as const) {
  t.test(
    `a device that was known and no longer is to be is removed (MQTT ${protocol})`,
    needsMosquitto,
    async (t) => {
      const { url, tap } = await broker(t)
      const on = await run(url, tap, true, protocol)
      await tap.until(() => discoveries(tap).length === 1)
      t.equal(discoveries(tap)[0], discovery.payload)
      await tap.client.publishAsync('homeassistant/status', 'online')
      await tap.until(() => discoveries(tap).length === 2)
      t.equal(discoveries(tap)[1], discovery.payload, 'said again when Home Assistant starts')
      await on.publisher.close()

      const late = await MqttTap.open(url, discovery.topic)
      await late.until((heard) => heard.length === 1)
      t.equal(late.heard[0]?.payload, discovery.payload, 'it stays with the broker between runs')
      await late.close()

      const off = await run(url, tap, false, protocol)
      await tap.until(() => discoveries(tap).length === 3)
      t.equal(discoveries(tap)[2], '', 'an empty retained message removes the device')
      await off.publisher.close()

      // Another run has nothing to remove: all that it says comes before its farewell.
      const again = await run(url, tap, false, protocol)
      await again.publisher.close()
      await tap.until(() => statuses(tap) === 6)
      t.equal(discoveries(tap).length, 3, 'and nothing more is said of it')
      const nobody = await MqttTap.open(url, '#')
      await nobody.client.publishAsync('mark', '')
      await nobody.until((heard) => heard.some(({ topic }) => topic === 'mark'))
      t.ok(nobody.heard.some(({ topic }) => topic === 'affectd/t1/status'))
      t.notOk(nobody.heard.some(({ topic }) => topic === discovery.topic))
      await nobody.close()
    },
  )
}
