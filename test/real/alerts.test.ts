import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { AffectdProcess } from '../support/affectd-process.js'
import { AsyncApi } from '../support/asyncapi.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { skipUnless } from '../support/require-part.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))
/** Its second utterance is excited, and over by then. */
const RAISED_BY_S = 14
const RULES = { excitement: { score: 'arousal', enter: 0.6, exit: 0.3, within_s: 10 } }
const SILENCE = Buffer.alloc(32_000)
const TOPIC = 'affectd/t1/alert/excitement'

interface Alert {
  readonly id: string
  readonly active: boolean
  readonly boot_id: string
  readonly evidence: { readonly ended_by: string | null }
}

t.test(
  'an alert is retained while it is active, and the process after one that was killed says that it is over',
  skipUnless('mosquitto'),
  async (t) => {
    const broker = new Mosquitto(await freePort())
    await broker.start()
    t.teardown(() => broker.remove())
    const tap = await MqttTap.open(broker.url, 'affectd/t1/alert/+')
    t.teardown(() => tap.close())
    // Killed before the acknowledgement was booked, an event comes again.
    const alerts = (): Alert[] => [
      ...new Map(
        tap.heard.map(({ payload }) => JSON.parse(payload) as Alert).map((alert) => [alert.id, alert]),
      ).values(),
    ]
    const start = (): AffectdProcess => {
      const settings = [
        'device.id=t1',
        `device.state_dir=${join(t.testdirName, 'state')}`,
        `mqtt.url=${broker.url}`,
        `alerts.rules=${JSON.stringify(RULES)}`,
      ]
      return new AffectdProcess(['run', '--source', 'stdin', ...settings.flatMap((pair) => ['--set', pair])])
    }
    const speech = readFileSync(DEMO).subarray(44, 44 + RAISED_BY_S * 32_000)

    const killed = start()
    killed.child.stdin.write(speech)
    await tap.until((heard) => heard.length >= 1)
    killed.child.kill('SIGKILL')
    await killed.exited
    const late = await MqttTap.open(broker.url, TOPIC)
    t.match(await late.first(TOPIC), { active: true }, 'whoever comes later knows that it is active')
    await late.close()

    const next = start()
    await tap.until(() => alerts().length >= 2)
    next.child.stdin.end(SILENCE)
    t.equal(await next.exited, 0, next.stderr)
    const [raised, over] = alerts()
    t.match(over, { active: false, evidence: { ended_by: 'restart' } })
    t.not(over?.boot_id, raised?.boot_id)

    const third = start()
    third.child.stdin.end(SILENCE)
    t.equal(await third.exited, 0, third.stderr)
    t.equal(alerts().length, 2, 'once is enough')
    const api = new AsyncApi()
    for (const { payload } of tap.heard) t.equal(api.complaint('alert', payload), null)
  },
)
