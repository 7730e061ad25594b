import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { PretendedDevice } from '../support/pretended-device.js'
import { recipeFile, RecipeProcess } from '../support/recipe-process.js'
import { findProgram, skipUnlessPart } from '../support/require-part.js'

const SINCE = '2026-11-21T08:00:03.000Z'
const has = (program: string): boolean => findProgram(program) !== undefined

t.test(
  'the driver’s alert beeps once for each alert that is raised, and lights the lamp until it is over',
  skipUnlessPart('mosquitto, mosquitto_sub or jq', has('mosquitto') && has('mosquitto_sub') && has('jq')),
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'affectd-recipe-'))
    const broker = new Mosquitto(await freePort())
    await broker.start()
    const device = await PretendedDevice.open(broker.url, 'bus-12')
    await device.status('online')
    const lamp = join(folder, 'lamp')
    const beep = join(folder, 'beep')
    writeFileSync(beep, '#!/bin/sh\necho beep\n')
    chmodSync(beep, 0o755)
    const script = recipeFile('driver-alert/driver-alert.sh')
    const args = [script, '-h', '127.0.0.1', '-p', String(broker.port)]
    const env = { DEVICE: 'bus-12', LAMP: lamp, BEEPS: '2', BEEP_S: '0' }
    const recipe = new RecipeProcess('bash', args, { ...env, BUZZER: beep })
    t.teardown(async () => {
      await recipe.stop('SIGKILL')
      await device.close()
      await broker.remove()
      rmSync(folder, { recursive: true })
    })
    await recipe.said('bus-12 is online')

    const raised = await device.alert('fatigue', true)
    await device.send(raised)
    await device.sendGarbage(device.topics.alert('fatigue'))
    await device.sendGarbage(device.topics.status)
    // Neither a decision nor an alert that is not wanted.
    await device.emotion('angry')
    await device.alert('distress', true)
    await device.status('degraded')
    await recipe.said('bus-12 is degraded')
    t.same(recipe.lines.slice(1), [`ALERT fatigue since ${SINCE}`, 'beep', 'beep', 'bus-12 is degraded'])
    t.equal(readFileSync(lamp, 'utf8'), '1\n')

    await device.status('offline')
    await recipe.said('bus-12 is offline')
    await device.status('online')
    await device.alert('fatigue', false)
    // A repeat that comes after what followed it.
    await device.send({ ...raised, retain: false })
    await device.alert('anger', true)
    await device.alert('anger', false)
    await recipe.said('anger is over')
    t.same(recipe.lines.slice(5), [
      'bus-12 is offline',
      'bus-12 is online',
      'fatigue is over',
      `ALERT anger since ${SINCE}`,
      'beep',
      'beep',
      'anger is over',
    ])

    // A driver who gets in while an alert is active is told; of a device that is gone nobody is.
    await device.alert('anger', true)
    await recipe.said(/^ALERT anger/)
    await recipe.stop()
    t.equal(readFileSync(lamp, 'utf8'), '0\n', 'the lamp goes out with the program')
    const later = new RecipeProcess('bash', args, { ...env, BUZZER: 'bell' })
    t.teardown(() => later.stop('SIGKILL'))
    await later.said(/^ALERT anger/)
    await device.status('offline')
    await later.said('\u0007\u0007bus-12 is offline')
    const gone = new RecipeProcess('bash', args, { ...env, BUZZER: beep })
    t.teardown(() => gone.stop('SIGKILL'))
    await gone.said(/^ALERT anger/)
    await device.alert('anger', false)
    await gone.said('anger is over')
    t.same(gone.lines, ['bus-12 is offline', `ALERT anger since ${SINCE}`, 'anger is over'])
  },
)

t.test('a buzzer that is a file gets ones and zeros', skipUnlessPart('bash', has('bash')), (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'affectd-recipe-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  // The functions alone: a file keeps only the last that was written, so here it is the terminal's.
  const source = readFileSync(recipeFile('driver-alert/driver-alert.sh'), 'utf8')
  const beep = /^beep\(\) \{.*?^\}/ms.exec(source)?.[0] ?? ''
  const { stdout } = spawnSync('bash', ['-c', `beeps=2 beep_s=0 buzzer=/dev/stdout\n${beep}\nbeep | cat`], {
    encoding: 'utf8',
  })
  t.equal(stdout, '1\n0\n1\n0\n')
  t.end()
})

t.test(
  'the call desk is flagged while its alert is active and its device is there',
  skipUnlessPart('mosquitto', has('mosquitto')),
  async (t) => {
    const posted: unknown[] = []
    const webhook = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        posted.push(JSON.parse(body))
        response.statusCode = posted.length === 1 ? 500 : 200
        response.end()
        webhook.emit('posted')
      })
    })
    webhook.listen(0, '127.0.0.1')
    await once(webhook, 'listening')
    const broker = new Mosquitto(await freePort())
    await broker.start()
    const [desk3, desk4] = await Promise.all(
      ['desk-3', 'desk-4'].map((deviceId) => PretendedDevice.open(broker.url, deviceId)),
    )
    if (desk3 === undefined || desk4 === undefined) throw new Error('no desk')
    // Of a device that is gone the broker still says that an alert is active.
    await desk4.status('offline')
    await desk4.alert('dissatisfied', true)
    const recipe = new RecipeProcess(process.execPath, [recipeFile('call-desk/call-desk.mjs')], {
      BROKER: broker.url,
      WEBHOOK: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/flags`,
    })
    t.teardown(async () => {
      await recipe.stop('SIGKILL')
      webhook.close()
      webhook.closeAllConnections()
      await Promise.all([desk3.close(), desk4.close()])
      await broker.remove()
    })
    await recipe.said('watching')
    const raised = await desk3.alert('dissatisfied', true)
    await desk3.send(raised)
    await desk3.sendGarbage(desk3.topics.alert('dissatisfied'))
    await desk3.sendGarbage(desk3.topics.status)
    await desk3.alert('anger', true)
    await desk3.emotion('angry')
    await desk3.alert('dissatisfied', false)
    await desk3.send({ ...raised, retain: false })
    await desk3.alert('dissatisfied', true)
    await desk3.status('offline')
    await desk3.status('online')
    await desk3.alert('dissatisfied', false)
    await desk4.status('online')
    await recipe.said(`desk-4 FLAGGED since ${SINCE}`)
    while (posted.length < 7) await once(webhook, 'posted')
    t.same(recipe.lines.slice(1), [
      `desk-3 FLAGGED since ${SINCE}`,
      'desk-3 clear: over',
      `desk-3 FLAGGED since ${SINCE}`,
      'desk-3 clear: offline',
      `desk-3 FLAGGED since ${SINCE}`,
      'desk-3 clear: over',
      `desk-4 FLAGGED since ${SINCE}`,
    ])
    t.same(
      new Set(posted.map((flag) => JSON.stringify(flag))),
      new Set([
        `{"desk":"desk-3","flagged":true,"since":"${SINCE}"}`,
        `{"desk":"desk-3","flagged":false,"since":"${SINCE}"}`,
        `{"desk":"desk-4","flagged":true,"since":"${SINCE}"}`,
      ]),
    )
    await recipe.complained(/answered 500/)
  },
)
