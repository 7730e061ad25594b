import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findFaketime } from '../chaos/faked-time.js'
import { misfitOf, missingParts } from '../chaos/faster-run.js'
import { machine } from '../machine.js'
import { writeResult } from '../write-result.js'
import { measureWear, total, type Wear, type WearCase } from './measure-wear.js'
import { wearMarkdown } from './wear-report.js'

const REPORTS = fileURLToPath(new URL('../../../docs/reports', import.meta.url))

const CASES: readonly WearCase[] = [
  { name: 'nobody speaks', hears: 'pause', hasBroker: true },
  { name: 'somebody speaks all the time', hears: 'speech', hasBroker: true },
  { name: 'somebody speaks all the time, the broker is away', hears: 'speech', hasBroker: false },
  { name: 'nobody speaks, the broker is away', hears: 'pause', hasBroker: false },
]

const HELP = `Usage: npm run wear -- [OPTION]…

Runs the installed agent with its defaults, its clocks made to run faster, and counts what it writes and syncs below
device.state_dir in an hour: with nobody speaking, with speech all the time, with the broker away. Needs mosquitto, faketime
and gcc.

  --hours N     of each case, 1 if not given
  --speed N     times real time, 30 if not given; faster, a broker seems slower and more is synced
  --seed N      of the audio, 1 if not given
  --set K=V     another configuration than the default; may be repeated
  --report      writes docs/reports/wear.json and .md
`

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '1' },
    speed: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    set: { type: 'string', multiple: true, default: [] },
    report: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const [hours, speed, seed] = [values.hours, values.speed, values.seed].map(Number) as [number, number, number]
const faketime = findFaketime()
const missing = missingParts(faketime)
const misfit = misfitOf({ hours, speed, seed })

if (values.help) process.stdout.write(HELP)
else if (misfit !== undefined) {
  process.stderr.write(`${misfit}\n`)
  process.exitCode = 64
} else if (missing.length > 0) {
  process.stderr.write(`needed and not there: ${missing.join(', ')}\n`)
  process.exitCode = 69
} else await wear(faketime!)

async function wear(faketime: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'affectd-wear-'))
  const found: Wear[] = []
  const machineNow = machine()
  for (const [n, one] of CASES.entries()) {
    const options = { hours, speed, seed, faketime, folder: join(folder, String(n)), settings: values.set }
    const result = await measureWear(one, options)
    const { bytes, syncs } = total(result.between)
    process.stdout.write(`${one.name}: ${bytes} bytes, ${syncs} syncs in ${hours} h\n`)
    found.push(result)
  }
  rmSync(folder, { recursive: true, force: true })
  const report = {
    date: new Date().toISOString(),
    command: ['npm run wear', ...process.argv.slice(2)].join(' ').replace('wear ', 'wear -- '),
    machine: machineNow,
    ...{ speed, seed },
    cases: found,
  }
  const markdown = wearMarkdown(report)
  process.stdout.write(`\n${markdown}`)
  if (values.report) await writeResult(REPORTS, 'wear', report, markdown)
}
