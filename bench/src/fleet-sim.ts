import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { freePort, Mosquitto } from '../../test/support/mosquitto.js'
import { DevicePool } from './fleet/device-pool.js'
import { Listener, slowSubscriber } from './fleet/listener.js'
import { pause, steady, storm, untilConnected, untilHeard, type Parts, type Steady } from './fleet/phases.js'
import { factSection, ms, steadySection } from './fleet/report-fleet.js'
import { machine } from './machine.js'
import { resultName, sectionLines } from './report.js'
import { fixed, type Section } from './section.js'
import { writeResult } from './write-result.js'

const RESULTS = fileURLToPath(new URL('../results', import.meta.url))
const RAMP_STEP_S = 10
/** A step of the ramp fails beyond this: nobody calls it live any more. */
const RAMP_P99_MS = 1000
const BROKER_AWAY_MS = 2000
const SETTLE_LIMIT_MS = 90_000
const SLOW_MS = 200
const REQUESTS_PER_SECOND = 20

const HELP = `Usage: npm run fleet-sim -- [OPTION]…

Drives one mosquitto with simulated devices, each a session of its own through the product's own publisher, and keeps a
ledger of every event by boot_id and seq. Needs mosquitto.

  --devices N   devices of the steady part (300)
  --seconds N   its length (60)
  --rate N      events a second of each device; every event is followed by a state (0.33: a window every 3 s)
  --storms N    times that every device loses the broker at once (0)
  --slow N      subscribers that take 200 ms over each message (0)
  --ramp N      then doubles the devices up to N, until the delay or the ledger breaks (0: no ramp)
  --workers N   processes that the devices are spread over (2)
  --write       writes bench/results/DATE-CPU-fleet.json and .md
`

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '0.33' },
    storms: { type: 'string', default: '0' },
    slow: { type: 'string', default: '0' },
    ramp: { type: 'string', default: '0' },
    workers: { type: 'string', default: '2' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const numbers = {
  devices: Number(values.devices),
  seconds: Number(values.seconds),
  rate: Number(values.rate),
  storms: Number(values.storms),
  slow: Number(values.slow),
  ramp: Number(values.ramp),
  workers: Number(values.workers),
}
if (values.help) {
  process.stdout.write(HELP)
} else if (
  Object.values(numbers).some((value) => !(value >= 0)) ||
  !(numbers.devices * numbers.workers >= 1)
) {
  process.stderr.write(
    'every option is a number of 0 or more, and there is at least one device and one worker\n',
  )
  process.exitCode = 64
} else {
  await run()
}

async function run(): Promise<void> {
  const broker = new Mosquitto(await freePort(), [
    'persistence true',
    'persistence_location FOLDER/',
    // What the ledger has yet to hear is not dropped for it, nor kept for a slow subscriber without end.
    'max_queued_messages 100000',
    'max_inflight_messages 1000',
    'sys_interval 1',
  ])
  await broker.start()
  const listener = await Listener.open(broker.url)
  const slow = Array.from({ length: numbers.slow }, (_, n) => slowSubscriber(broker.url, n, SLOW_MS))
  const devices = new DevicePool(broker.url, numbers.workers)
  const parts = { broker, devices, listener }
  const sections: Section[] = []
  const found = (section: Section): void => {
    sections.push(section)
    process.stdout.write(`${sectionLines(section).join('\n')}\n`)
  }
  try {
    await devices.growTo(numbers.devices)
    const connectedMs = await untilConnected(parts, SETTLE_LIMIT_MS)
    await devices.pace(numbers.rate)
    const calm = await steady(parts, numbers.seconds, REQUESTS_PER_SECOND)
    const notes = [
      `${numbers.devices} devices were connected ${ms(connectedMs)} after they were started. Each publishes ${numbers.rate} events a second with a state after each, and its health once a minute; ${numbers.slow} slow subscribers; ${REQUESTS_PER_SECOND} requests a second.`,
    ]
    found(steadySection('steady', 'Steady', notes, [calm]))
    if (numbers.storms > 0) found(await storms(parts))
    for (const client of slow) await client.endAsync(true)
    if (numbers.ramp > 0) found(await ramp(parts))
    found(await settle(parts))
  } finally {
    await devices.stop()
    await listener.close()
    await broker.remove()
  }
  const date = new Date().toISOString()
  const on = machine()
  const command = ['npm run fleet-sim', ...process.argv.slice(2)].join(' ').replace('sim ', 'sim -- ')
  const result = { date, command, machine: on, sections }
  const markdown = [
    `# Fleet simulation, ${date}`,
    '',
    `\`${command}\` on ${on.cpu}, ${on.cores} cores, Node ${on.node}, commit ${on.commit}. Broker, ledger and all devices`,
    'share these cores, so what breaks first is the machine and not the broker: its own share of a core says how far it goes.',
    'Delays are from a device’s publish to the ledger, on one clock, to the millisecond.',
    '',
    ...sections.flatMap(sectionLines),
  ].join('\n')
  if (values.write) await writeResult(RESULTS, `${resultName(result)}-fleet`, result, markdown)
}

async function storms(parts: Parts): Promise<Section> {
  const rows: (readonly [string, string, number | undefined])[] = []
  for (let n = 1; n <= numbers.storms; n++) {
    const backMs = await storm(parts, BROKER_AWAY_MS, SETTLE_LIMIT_MS)
    const heardMs = await untilCaughtUp(parts)
    rows.push([`storm ${n}: all connected again after`, ms(backMs), backMs])
    rows.push([`storm ${n}: outboxes empty again after`, ms(heardMs), heardMs])
  }
  const note = `The broker is ended, is away for ${BROKER_AWAY_MS / 1000} s and comes back; the devices go on publishing. Reconnecting is spread by the product's own backoff (1 to 30 s, random).`
  return factSection('storms', 'Reconnect storms', [note], rows)
}

/** Events go on coming, so nothing is ever all heard: caught up is when the outboxes hold less than a second of them. */
async function untilCaughtUp({ devices }: Parts): Promise<number | undefined> {
  const startedMs = performance.now()
  while (performance.now() - startedMs < SETTLE_LIMIT_MS) {
    if ((await devices.report()).outboxDepth < devices.devices * numbers.rate)
      return performance.now() - startedMs
    await pause(100)
  }
  return undefined
}

async function ramp(parts: Parts): Promise<Section> {
  const steps: Steady[] = []
  let broken = 'nothing broke up to there'
  for (let count = numbers.devices * 2; count <= numbers.ramp; count *= 2) {
    await parts.devices.growTo(count)
    const connectedMs = await untilConnected(parts, SETTLE_LIMIT_MS)
    if (connectedMs === undefined) {
      broken = `${count} devices were not all connected after ${SETTLE_LIMIT_MS / 1000} s`
      break
    }
    await pause(2000)
    const step = await steady(parts, RAMP_STEP_S, REQUESTS_PER_SECOND)
    steps.push(step)
    if (!(step.latencyMs.p99 <= RAMP_P99_MS)) {
      broken = `with ${count} devices p99 passed ${RAMP_P99_MS} ms`
      break
    }
  }
  const notes = [
    `${RAMP_STEP_S} s a step, ${numbers.rate} events a second of each device, no slow subscribers; it ends when p99 passes ${RAMP_P99_MS} ms or devices stay out: ${broken}.`,
  ]
  return steadySection('ramp', 'Ramp', notes, steps)
}

async function settle(parts: Parts): Promise<Section> {
  await parts.devices.pace(0)
  const heardMs = await untilHeard(parts, SETTLE_LIMIT_MS)
  const report = await parts.devices.report()
  const account = parts.listener.account(report)
  const { requests } = parts.listener
  const sent = report.sent.reduce((total, [, seq]) => total + seq, 0)
  return factSection(
    'ledger',
    'Ledger',
    ['Over the whole run, by boot_id and seq against what the devices say that they sent.'],
    [
      ['published', String(sent), sent],
      ['lost', String(account.lost), account.lost],
      ['repeated', String(account.repeated), account.repeated],
      ['out of order', String(account.outOfOrder), account.outOfOrder],
      ['dropped by outboxes', String(report.outboxDropped), report.outboxDropped],
      ['reconnects', String(report.reconnects), report.reconnects],
      ['requests', `${requests.sent}, of which unanswered ${requests.unanswered}`, requests.unanswered],
      [
        'dropped by the broker for slow subscribers',
        fixed(parts.listener.droppedByBroker, 0),
        parts.listener.droppedByBroker,
      ],
      ['last event heard after the end', ms(heardMs), heardMs],
    ],
  )
}
