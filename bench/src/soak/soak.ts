import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findFaketime } from '../chaos/faked-time.js'
import { misfitOf, missingParts } from '../chaos/faster-run.js'
import { machine } from '../machine.js'
import { writeResult } from '../write-result.js'
import { runSoak } from './run-soak.js'
import { judgeSoak, sampleLine, soakMarkdown, type SoakReport } from './soak-report.js'
import { SOAK_FAULT_NAMES } from './soak-faults.js'
import type { SoakSample } from './soak-sample.js'

const REPORTS = fileURLToPath(new URL('../../../docs/reports', import.meta.url))
const SAMPLE_EVERY_H = 1 / 6
/** A short run gets as many samples as a quarter needs for a median. */
const LEAST_SAMPLES = 20

const HELP = `Usage: npm run soak -- [OPTION]…

Runs the installed agent on hours of audio, its clocks made to run faster, while the broker, the way to it, the disk, the
audio and whoever may configure it go wrong. Says what it takes of the machine, and ends with 1 if its memory grew, a handle
was left open or an event was lost. Needs mosquitto, faketime and gcc.

  --hours N     hours of audio, 1 if not given
  --speed N     times real time, 40 if not given
  --seed N      the same seed gives the same audio and the same order of faults, 1 if not given
  --only KIND   of fault; may be repeated: ${SOAK_FAULT_NAMES.join(', ')}
  --calm S      seconds between two faults on average, of the agent's time, 140 if not given
  --collect     collects garbage before each sample: shows a leak sooner, and is no measure of RSS
  --keep DIR    leaves log, state and samples there, which are thrown away otherwise if all is well
  --report      writes docs/reports/soak.json and .md
`

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '1' },
    speed: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true, default: [] },
    calm: { type: 'string', default: '140' },
    collect: { type: 'boolean', default: false },
    keep: { type: 'string' },
    report: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const numbers = [values.hours, values.speed, values.seed, values.calm].map(Number)
const [hours, speed, seed, calmS] = numbers as [number, number, number, number]
const kinds = SOAK_FAULT_NAMES.filter((kind) => values.only.length === 0 || values.only.includes(kind))
const wrongKind = values.only.find((kind) => !(SOAK_FAULT_NAMES as string[]).includes(kind))
const faketime = findFaketime()
const missing = missingParts(faketime)
const misfit = misfitOf({ hours, speed, seed })

if (values.help) process.stdout.write(HELP)
else if (misfit !== undefined) {
  process.stderr.write(`${misfit}\n`)
  process.exitCode = 64
} else if (wrongKind !== undefined) {
  process.stderr.write(`there is no kind ${wrongKind}\n`)
  process.exitCode = 64
} else if (missing.length > 0) {
  process.stderr.write(`the soak needs ${missing.join(', ')}\n`)
  process.exitCode = 69
} else process.exitCode = (await soak(faketime!)) ? 0 : 1

async function soak(faketime: string): Promise<boolean> {
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'affectd-soak-'))
  mkdirSync(folder, { recursive: true })
  const checkpoint = join(folder, 'samples.jsonl')
  writeFileSync(checkpoint, '')
  const startedMs = performance.now()
  const machineNow = machine()
  const onSample = (sample: SoakSample): void => {
    appendFileSync(checkpoint, `${JSON.stringify(sample)}\n`)
    const leftS = ((performance.now() - startedMs) / 1000) * (hours / sample.audio_h - 1)
    say(`${sampleLine(sample)}, ${Math.max(0, leftS / 60).toFixed(0)} min left`)
  }
  say(`${hours} h of audio at ${speed} times real time, seed ${seed}; samples: ${checkpoint}`)
  const sampleEveryH = Math.min(SAMPLE_EVERY_H, hours / LEAST_SAMPLES)
  const outcome = await runSoak({
    ...{
      hours,
      seed,
      speed,
      sampleEveryH,
      kinds,
      calmS,
      collects: values.collect,
      faketime,
      folder,
      onSample,
    },
  })
  const report: SoakReport = {
    date: new Date().toISOString(),
    command: `npm run soak -- ${process.argv.slice(2).join(' ')}`,
    machine: machineNow,
    ...{ hours, speed, seed },
    ...outcome,
    verdict: judgeSoak(outcome),
  }
  const markdown = soakMarkdown(report)
  writeFileSync(join(folder, 'soak.json'), JSON.stringify(report))
  say(`\n${markdown}`)
  if (values.report) await writeResult(REPORTS, 'soak', report, markdown)
  const isGood = report.verdict.every(({ isMet }) => isMet)
  if (isGood && values.keep === undefined) rmSync(folder, { recursive: true, force: true })
  else say(`log, state and samples: ${folder}`)
  return isGood
}
