import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadInput, type BenchInput } from './input.js'
import { inputHash, machine } from './machine.js'
import { resultName, sectionLines, toMarkdown, type Run } from './report.js'
import { FULL, QUICK, type Effort, type Section } from './section.js'
import { benchAgent } from './sections/agent.js'
import { benchCapture } from './sections/capture.js'
import { benchFootprint } from './sections/footprint.js'
import { benchGate } from './sections/gate.js'
import { benchLimits } from './sections/limits.js'
import { benchMfcc } from './sections/mfcc.js'
import { benchNetwork } from './sections/network.js'
import { benchStages } from './sections/stages.js'
import { benchStreams } from './sections/streams.js'
import { judgeTargets } from './targets.js'
import { writeResult } from './write-result.js'

const RESULTS = fileURLToPath(new URL('../results', import.meta.url))

const PARTS: Readonly<Record<string, (input: BenchInput, effort: Effort) => Promise<Section>>> = {
  mfcc: benchMfcc,
  network: benchNetwork,
  gate: benchGate,
  stages: benchStages,
  limits: benchLimits,
  agent: benchAgent,
  capture: benchCapture,
  streams: benchStreams,
  footprint: benchFootprint,
}

const HELP = `Usage: npm run bench -- [OPTION]…

Measures affectd side by side with what people use instead, all in one run, and writes
bench/results/DATE-CPU.json and .md. Needs npm run bench:setup once, npm run build, mosquitto and taskset.

  --quick      less of everything, in under three minutes; prints, and writes nothing unless --out is given
  --only PART  one part, prints only; may be repeated: ${Object.keys(PARTS).join(', ')}
  --out DIR    where the results go
`

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    out: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help) {
  process.stdout.write(HELP)
} else {
  const unknown = values.only?.find((name) => !Object.hasOwn(PARTS, name))
  if (unknown === undefined) await run()
  else {
    process.stderr.write(`there is no part ${unknown}: ${Object.keys(PARTS).join(', ')}\n`)
    process.exitCode = 64
  }
}

async function run(): Promise<void> {
  const effort = values.quick ? QUICK : FULL
  const input = await loadInput()
  const chosen = values.only ?? Object.keys(PARTS)
  const sections: Section[] = []
  for (const [n, name] of chosen.entries()) {
    process.stderr.write(`${n + 1} of ${chosen.length}: ${name}\n`)
    const section = await PARTS[name]!(input, effort)
    sections.push(section)
    process.stdout.write(`${sectionLines(section).join('\n')}\n`)
  }
  const targets = judgeTargets(sections)
  if (targets !== null) process.stdout.write(`${sectionLines(targets).join('\n')}\n`)
  const result: Run = {
    date: new Date().toISOString(),
    command: `npm run bench${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}`,
    machine: machine(),
    inputHash: inputHash(input.samples),
    sections: targets === null ? sections : [targets, ...sections],
  }
  const folder = values.out ?? (values.quick || values.only ? null : RESULTS)
  if (folder !== null) await writeResult(folder, resultName(result), result, toMarkdown(result))
}
