import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import t from 'tap'
import { createRandom } from '../../training/src/random.js'
import { AffectdProcess } from '../support/affectd-process.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { ForgetfulDisk } from '../support/power-cut.js'
import { findProgram, skipUnlessPart } from '../support/require-part.js'
import { drawSeed } from '../support/seed.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))
/** The broker keeps requests for the next life, and above ten at once they are refused. */
const LIVES = 2
/** A life that is not cut off takes some more. */
const CALLS = 45
/** Codes by which the log says that something of an earlier life cannot be used. */
const DAMAGE =
  /"code":"(\w*(?:REFUSED|DAMAGED|UNREADABLE|UNWRITABLE|NOT_KEPT|NOT_SAVED|MEMORY)|CONFIG_REMOTE_STATE|INTERNAL\w*)"/
const NEEDS = skipUnlessPart('gcc and mosquitto', ['gcc', 'mosquitto'].every(findProgram))
const seed = drawSeed(t)

t.test(
  'after power cuts in the middle of writing the agent starts, and finds nothing damaged',
  { ...NEEDS, timeout: 60_000 },
  async (t) => {
    const disk = new ForgetfulDisk(t.testdir())
    const random = createRandom(seed, 4)
    const broker = new Mosquitto(await freePort())
    await broker.start()
    t.teardown(() => broker.remove())
    const operator = await mqtt.connectAsync(broker.url)
    t.teardown(() => operator.endAsync(true))
    const speech = readFileSync(DEMO).subarray(44, 44 + 6 * 32_000)
    const settings = [
      'device.id=t1',
      `device.state_dir=${disk.folder}`,
      `mqtt.url=${broker.url}`,
      'affect.adaptation.sources=all',
      'publish.outbox_sync_s=0',
    ].flatMap((setting) => ['--set', setting])
    let revision = 0

    const live = async (env: NodeJS.ProcessEnv): Promise<{ status: number; log: string }> => {
      const agent = new AffectdProcess(['run', '--source', 'stdin', ...settings], env)
      agent.child.stdin.write(speech)
      await agent.until(() => agent.stderr.includes('connected to the broker'))
      const send = (topic: string, body: object): Promise<unknown> =>
        operator.publishAsync(`affectd/t1/${topic}`, JSON.stringify(body), { qos: 1 })
      revision += 1
      await send('config/desired', { revision, patch: { affect: { min_confidence: 0.2 + revision / 100 } } })
      for (const listening of [false, true]) await send('request/listen/set', { listening })
      await send('request/baseline/reset', {})
      agent.child.stdin.end(speech)
      return { status: await agent.exited, log: agent.stderr }
    }

    let cuts = 0
    for (let life = 0; life < LIVES; life++) {
      const at = 1 + random.below(CALLS)
      const { status, log } = await live(disk.envDyingAt(at))
      cuts += status === -1 ? 1 : 0
      t.notMatch(log, DAMAGE, `life ${life}, ended at call ${at}`)
      disk.cutPower(life % 2 === 0 ? () => 0 : random.next)
    }
    t.ok(cuts > 0, `${cuts} of ${LIVES} lives were cut off`)
    const { status, log } = await live(disk.env())
    t.equal(status, 0, 'the last one ends as it should')
    t.notMatch(log, DAMAGE)
    t.same(
      readdirSync(disk.folder).filter((name) => /part|probe|damaged/.test(name)),
      [],
      'nothing half written is left',
    )
  },
)
