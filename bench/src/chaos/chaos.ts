import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import prettier from 'prettier'
import { machine } from '../machine.js'
import { isGood, roundLine, rowOf, toMarkdown, type ChaosReport, type RoundRow } from './chaos-report.js'
import { missingFor } from './parts.js'
import { drawRound, FAULT_KINDS, planName, type FaultKind, type RoundPlan } from './round-plan.js'
import { runRound, type RoundResult } from './run-round.js'
import { selfTest } from './self-test.js'

const REPORTS = fileURLToPath(new URL('../../../docs/reports', import.meta.url))

/** A hundred rounds are twenty thousand. */
const LEAST_EVENTS = 210

const HELP = `Usage: npm run chaos -- [OPTION]…

Runs the agent against a broker while things go wrong, and proves by boot_id and seq what became of every event.
Needs mosquitto; some kinds of failure need root, iproute2, iptables, e2fsprogs and faketime, and are left out by name
where these are missing. Ends with 1 if anything was lost.

  --rounds N     rounds to play, 10 if not given
  --round N      this one alone
  --seed N       the same seed plays the same rounds; drawn and said if not given
  --jobs N       rounds at a time, 1 if not given; most of a round is waiting
  --only KIND    may be repeated: ${FAULT_KINDS.join(', ')}
  --report       writes docs/reports/chaos.json and .md
  --self-test    shows that losses, repeats and disorder are noticed
`

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    round: { type: 'string' },
    seed: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true, default: [] },
    report: { type: 'boolean', default: false },
    'self-test': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const say = (text: string): void => void process.stdout.write(`${text}\n`)

if (values.help) process.stdout.write(HELP)
else if (values['self-test']) process.exitCode = (await selfTest(say)) ? 0 : 1
else {
  const wrong = values.only.find((kind) => !(FAULT_KINDS as readonly string[]).includes(kind))
  const numbers = [values.rounds, values.jobs, values.round ?? '1', values.seed ?? '1'].map(Number)
  if (wrong !== undefined || !numbers.every((n) => Number.isSafeInteger(n) && n >= 1)) {
    process.stderr.write(
      wrong === undefined ? 'numbers are whole and 1 or more\n' : `there is no kind ${wrong}\n`,
    )
    process.exitCode = 64
  } else process.exitCode = (await chaos()) ? 0 : 1
}

async function chaos(): Promise<boolean> {
  const started = performance.now()
  const seed = Number(values.seed ?? Date.now() % 1_000_000)
  const wanted = FAULT_KINDS.filter((kind) => values.only.length === 0 || values.only.includes(kind))
  const missing: Record<string, string> = {}
  for (const kind of wanted) {
    const what = missingFor(kind)
    if (what === undefined) continue
    missing[kind] = what
    say(`left out: ${kind}, for want of ${what}`)
  }
  const kinds = wanted.filter((kind) => missing[kind] === undefined)
  if (kinds.length === 0) return false
  const chosen =
    values.round === undefined
      ? Array.from({ length: Number(values.rounds) }, (_, n) => n + 1)
      : [Number(values.round)]
  const machineNow = machine()
  const rows: RoundRow[] = []
  const waiting = [...chosen]
  let isAllGood = true
  // What is being played is ended in order, since namespaces and mounts outlive a process.
  process.once('SIGINT', () => waiting.splice(0))
  const work = async (): Promise<void> => {
    for (let round = waiting.shift(); round !== undefined; round = waiting.shift()) {
      const place = `${round}/${chosen.at(-1)}`
      const plan = drawRound(seed, round, kinds)
      try {
        const { result, isFine } = await playOne(plan, kinds, place)
        rows.push(rowOf(result))
        isAllGood &&= isFine
      } catch (error) {
        isAllGood = false
        say(`FAILED ${place} ${planName(plan)}: the round could not be played: ${(error as Error).stack}`)
      }
    }
  }
  await Promise.all(Array.from({ length: Number(values.jobs) }, work))
  rows.sort((a, b) => a.round - b.round)
  const count = (of: (row: RoundRow) => number): number => rows.reduce((total, row) => total + of(row), 0)
  const lost = count((row) => row.lost)
  say(`${rows.length} rounds, ${count((row) => row.arrived)} events, ${lost} lost; seed ${seed}`)
  if (values.report) {
    const args = process.argv.slice(2).join(' ')
    await writeReport({
      date: new Date().toISOString(),
      command: `npm run chaos -- ${args}`,
      seed,
      machine: machineNow,
      took_s: Math.round((performance.now() - started) / 1000),
      kinds,
      missing,
      rounds: rows,
    })
  }
  return isAllGood && rows.length === chosen.length
}

async function playOne(
  plan: RoundPlan,
  kinds: readonly FaultKind[],
  place: string,
): Promise<{ result: RoundResult; isFine: boolean }> {
  const folder = mkdtempSync(join(tmpdir(), 'affectd-chaos-'))
  const progress = (events: number): void => {
    if (process.stdout.isTTY)
      process.stdout.write(`\r\x1b[Kround ${place} ${planName(plan)}: ${events} events`)
  }
  try {
    const result = await runRound(plan, { folder, leastEvents: LEAST_EVENTS, onProgress: progress })
    const isFine = isGood(result)
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[K')
    say(`${isFine ? 'ok    ' : 'FAILED'} ${place} ${roundLine(result)}`)
    if (!isFine) keepEvidence(result, folder, kinds)
    return { result, isFine }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a person needs to find out why, and how to see it again. */
function keepEvidence(result: RoundResult, folder: string, kinds: readonly FaultKind[]): void {
  const { plan, verdict, troubles, arrivals } = result
  const kept = join(tmpdir(), `affectd-chaos-failed-${plan.seed}-${plan.round}`)
  mkdirSync(kept, { recursive: true })
  cpSync(folder, kept, { recursive: true })
  writeFileSync(join(kept, 'verdict.json'), JSON.stringify({ plan, verdict, troubles }, null, 2))
  writeFileSync(
    join(kept, 'ledger.jsonl'),
    arrivals.map((arrival) => `${JSON.stringify(arrival)}\n`).join(''),
  )
  const { lost, disordered, changed, unexplained } = verdict
  for (const [what, names] of Object.entries({ lost, disordered, changed, unexplained, troubles })) {
    if (names.length > 0)
      say(`       ${what}: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`)
  }
  const only = kinds.map((kind) => ` --only ${kind}`).join('')
  say(`       evidence: ${kept}; again: npm run chaos -- --seed ${plan.seed} --round ${plan.round}${only}`)
}

/** Written as the format check wants it, so that a report is committed as it is. */
async function writeReport(report: ChaosReport): Promise<void> {
  const base = join(REPORTS, 'chaos')
  const options = await prettier.resolveConfig(`${base}.md`)
  writeFileSync(`${base}.json`, await prettier.format(JSON.stringify(report), { ...options, parser: 'json' }))
  writeFileSync(`${base}.md`, await prettier.format(toMarkdown(report), { ...options, parser: 'markdown' }))
  say(`written: ${base}.json and .md`)
}
