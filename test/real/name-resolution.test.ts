import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { skipUnless, skipUnlessPart } from '../support/require-part.js'

const needsMosquitto = skipUnless('mosquitto')
// As root, or as root of a user namespace.
const UNSHARE = [['-m'], ['-rm']].find((flags) => spawnSync('unshare', [...flags, 'true']).status === 0)
const needsNamespace =
  needsMosquitto.skip === false ? skipUnlessPart('a mount namespace', UNSHARE !== undefined) : needsMosquitto

const DEVICE = fileURLToPath(new URL('../support/publishing-device.ts', import.meta.url))

t.test(
  'a host name that is unknown at boot is looked up until it is known, and nothing is lost',
  needsNamespace,
  async (t) => {
    const broker = new Mosquitto(await freePort())
    await broker.start()
    const tap = await MqttTap.open(broker.url, 'affectd/t1/emotion')
    const folder = t.testdir({
      hosts: '127.0.0.1 localhost\n',
      resolv: 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n',
    })
    const [hosts, resolv] = [join(folder, 'hosts'), join(folder, 'resolv')]
    // Its own /etc/hosts, which we write into later, and a name server that refuses at once.
    const mount = 'mount --bind "$0" /etc/hosts && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'
    const child = spawn('unshare', [
      ...[...(UNSHARE ?? []), 'sh', '-c', mount, hosts, resolv],
      ...[process.execPath, '--import', 'tsx', DEVICE, `mqtt://broker.test:${broker.port}`],
    ])
    t.teardown(async () => {
      child.kill()
      await tap.close()
      await broker.remove()
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    while (!/host name (is unknown|cannot be looked up)/.test(said))
      await new Promise((resolve) => setTimeout(resolve, 5))
    writeFileSync(hosts, '127.0.0.1 localhost broker.test\n')
    await tap.until((heard) => heard.length >= 10)
    t.same(
      tap.heard.map(({ payload }) => payload),
      Array.from({ length: 10 }, (_, n) => `{"n":${n}}`),
    )
  },
)
