import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { AffectdProcess } from '../support/affectd-process.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { findProgram, skipUnlessPart } from '../support/require-part.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))
const canMount = process.platform === 'linux' && process.getuid?.() === 0
const NEEDS = skipUnlessPart(
  'mosquitto and the right to mount',
  canMount && ['mosquitto', 'unshare'].every(findProgram),
)
/** Whatever is mounted, everything is read-only for the process that it becomes, `/tmp` and `/dev` too. */
const READ_ONLY = `
  mount --make-rprivate /
  for place in $(cut -d' ' -f2 /proc/self/mounts); do mount -o remount,bind,ro "$place" 2>&-; done
  touch "$0/x" 2>&- && exit 70
  exec "$@"`

t.test(
  'where nothing can be written it listens, publishes, answers, and says that it is degraded',
  NEEDS,
  async (t) => {
    const folder = t.testdir()
    const broker = new Mosquitto(await freePort())
    await broker.start()
    t.teardown(() => broker.remove())
    const tap = await MqttTap.open(broker.url, 'affectd/t1/#')
    t.teardown(() => tap.close())
    const settings = [
      'device.id=t1',
      `device.state_dir=${folder}`,
      `mqtt.url=${broker.url}`,
      'affect.adaptation.sources=all',
    ]
    const agent = new AffectdProcess(
      ['run', '--source', 'stdin', ...settings.flatMap((setting) => ['--set', setting])],
      {},
      ['unshare', '--mount', 'sh', '-c', READ_ONLY, folder],
    )
    t.teardown(() => agent.child.kill('SIGKILL'))
    const speech = readFileSync(DEMO).subarray(44)
    agent.child.stdin.write(speech.subarray(0, speech.length / 2))

    const heard = (topic: string): Record<string, unknown>[] =>
      tap.heard
        .filter((message) => message.topic === `affectd/t1/${topic}`)
        .map(({ payload }) => JSON.parse(payload) as Record<string, unknown>)
    const once = (topic: string, isIt: (said: Record<string, unknown>) => boolean): Promise<void> =>
      tap.until(() => heard(topic).some(isIt))
    await once('emotion', () => true)
    await once('status', ({ state }) => state === 'degraded')
    t.match(heard('status').at(-1), { state: 'degraded', reason: 'outbox_in_memory' })

    const ask = (verb: string, body: object): Promise<Record<string, unknown>> => {
      const transaction = verb
      tap.client.publish(`affectd/t1/request/${verb}`, JSON.stringify({ transaction, ...body }), { qos: 1 })
      return tap.first(`affectd/t1/response/${verb}`)
    }
    t.match(await ask('health', {}), { status: 'ok', data: { outbox_store: 'memory', outbox_dropped: 0 } })
    t.match(
      await ask('listen/set', { listening: false }),
      { status: 'ok', data: { listening: false, kept: false } },
      'who switches it off learns that a restart will not know',
    )
    tap.client.publish('affectd/t1/request/listen/set', JSON.stringify({ listening: true }), { qos: 1 })
    tap.client.publish(
      'affectd/t1/config/desired',
      JSON.stringify({ revision: 1, patch: { affect: { min_confidence: 0.4 } } }),
      { qos: 1, retain: true },
    )
    await once('config/reported', (said) => JSON.stringify(said).includes('CONFIG_NOT_SAVED'))
    t.match(await ask('baseline/reset', {}), { status: String })

    agent.child.stdin.end(speech.subarray(speech.length / 2))
    t.equal(await agent.exited, 0)
    const numbers = heard('emotion').map(({ seq }) => seq)
    t.ok(numbers.length >= 5, `${numbers.length} decisions`)
    t.same(
      numbers,
      numbers.map((_, n) => n + 1),
      'every event, in order',
    )
    const codes = [...agent.stderr.matchAll(/"code":"(\w+)"/g)].map(([, code]) => code)
    const times = (code: string): number => codes.filter((one) => one === code).length
    for (const code of ['PUBLISH_OUTBOX_MEMORY', 'BASELINE_UNWRITABLE', 'SUMMARY_UNWRITABLE']) {
      t.ok(times(code) >= 1, `the log says ${code}`)
      t.ok(times(code) <= 2, 'and does not go on about it')
    }
    t.match(agent.stderr, /"reason":"EROFS"/)
    t.notMatch(agent.stderr, /INTERNAL_|"level":"fatal"/)
  },
)
