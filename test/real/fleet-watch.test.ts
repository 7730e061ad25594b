import t from 'tap'
import { fleetCommand, FLEET_HELP } from '../../src/cli/fleet/fleet.js'
import { FleetTally } from '../../src/cli/fleet/fleet-tally.js'
import type { CommandIo } from '../../src/cli/io.js'
import { systemClock } from '../../src/ops/clock.js'
import { FakeDevice } from '../support/fake-device.js'
import { runFleet } from '../support/fleet-rig.js'
import { memoryIo } from '../support/memory-io.js'
import { Mosquitto, freePort } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { skipUnless } from '../support/require-part.js'

/** Streams that let a test wait for a text. */
function listeningIo(isTty: boolean): {
  io: CommandIo
  text: () => string
  until(what: RegExp): Promise<void>
} {
  let text = ''
  const waiters = new Set<() => void>()
  const write = (more: string): void => {
    text += more
    for (const check of [...waiters]) check()
  }
  return {
    io: { ...memoryIo(), isTty, out: write, err: write },
    text: () => text,
    until: (what) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (what.test(text)) resolve()
        }
        waiters.add(check)
        check()
      }),
  }
}

for (const isTty of [false, true]) {
  t.test(
    `watch shows what happens ${isTty ? 'on a screen' : 'in lines'} until it is stopped`,
    skipUnless('mosquitto'),
    async (t) => {
      const broker = new Mosquitto(await freePort())
      await broker.start()
      t.teardown(() => broker.remove())
      const device = await FakeDevice.start(broker.url, { id: 'bus-1', manner: 'reject' })
      t.teardown(() => device.close())
      const other = await FakeDevice.start(broker.url, { id: 'tram-1' })
      t.teardown(() => other.close())
      const stop = new AbortController()
      const screen = listeningIo(isTty)
      const watching = fleetCommand(
        ['watch', 'bus-*', '--broker', broker.url, '--every', '0.05', '--wait', '1'],
        screen.io,
        { clock: systemClock, signal: stop.signal, confirm: undefined, stdin: () => '' },
      )
      await screen.until(/1 devices, 1 online, 0 degraded, 0\.0 decisions\/s, 0 alerts active/)
      await runFleet(broker.url, ['set', 'bus-1', 'log.level=debug'])
      await screen.until(/bus-1 .*configuration: revision 1, rejected: CONFIG_CONFLICT/)
      const tap = await MqttTap.open(broker.url, 'none')
      t.teardown(() => tap.close())
      const alert = JSON.stringify({ active: true, score: 0.9, time: '2026-11-21T08:00:01.000Z\u001b[2J' })
      await tap.client.publishAsync('affectd/bus-1/alert/anger', alert, { qos: 1 })
      await screen.until(/alert anger: raised, score 0\.90/)
      await screen.until(/1 alerts active/)
      await tap.client.publishAsync('affectd/bus-1/alert/anger', 'junk', { qos: 1 })
      for (let i = 0; i < 5; i++) await tap.client.publishAsync('affectd/bus-1/emotion', '{}', { qos: 1 })
      await screen.until(/[1-9]\d*\.\d decisions\/s/)
      await other.goOffline()
      await device.goOffline()
      await screen.until(/bus-1 .*is offline \(shutdown\)/)
      stop.abort()
      t.equal(await watching, 0)
      t.notMatch(screen.text(), /tram-1/, 'who is not selected is not shown')
      t.notOk(screen.text().includes('\u001b[2J'))
      t.equal(screen.text().includes('\r\u001b[K'), isTty)
    },
  )
}

t.test('rates are over the time since the last line', async (t) => {
  const tally = new FleetTally(1000)
  for (let i = 0; i < 10; i++) tally.event()
  tally.alert('a/anger', true)
  t.match(tally.line([], 3000), /^0 devices, .* 5\.0 decisions\/s, 1 alerts active/)
  tally.alert('a/anger', false)
  t.match(tally.line([], 4000), / 0\.0 decisions\/s, 0 alerts active/)
})

t.test('each verb has its help, and a wrong one a suggestion', async (t) => {
  const world = {
    clock: systemClock,
    signal: new AbortController().signal,
    confirm: undefined,
    stdin: () => '',
  }
  const io = memoryIo()
  t.equal(await fleetCommand(['--help'], io, world), 0)
  t.equal(io.stdout, FLEET_HELP)
  for (const verb of ['ls', 'get', 'set', 'rollback', 'watch']) {
    const screen = memoryIo()
    t.equal(await fleetCommand([verb, '--help'], screen, world), 0)
    t.match(screen.stdout, new RegExp(`^Usage: affectd fleet ${verb} `))
  }
  await t.rejects(fleetCommand(['lss'], io, world), {
    code: 'USAGE_UNKNOWN_COMMAND',
    message: /did you mean ls\?/,
  })
  await t.rejects(fleetCommand([], io, world), { code: 'USAGE_UNKNOWN_COMMAND', exitCode: 64 })
  await t.rejects(fleetCommand(['ls', '--wait', '0'], io, world), { code: 'USAGE_ARGUMENTS' })
  await t.rejects(fleetCommand(['ls', '--broker', 'http://x'], io, world), { code: 'USAGE_ARGUMENTS' })
  await t.rejects(fleetCommand(['ls', '--prefix', '+'], io, world), { code: 'USAGE_ARGUMENTS' })
  await t.rejects(fleetCommand(['get', 'a', 'b.ü'], io, world), { code: 'USAGE_ARGUMENTS' })
  await t.rejects(fleetCommand(['set', 'a', 'log.level=warn', '--stages', 'x'], io, world), {
    code: 'USAGE_ARGUMENTS',
  })
  await t.rejects(fleetCommand(['set', 'a', 'log.level=warn', '--max-failures', '0'], io, world), {
    code: 'USAGE_ARGUMENTS',
  })
  await t.rejects(fleetCommand(['set', 'a', '--group-config', 'log.level=warn'], io, world), {
    code: 'USAGE_ARGUMENTS',
  })
})
