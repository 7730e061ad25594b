import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '../../../src/errors.js'
import { ARCHITECTURE_NAMES, architectureByName } from '../architectures/index.js'
import { LABELS } from '../corpora/clip.js'
import { compareDocument } from '../compare/compare-document.js'
import {
  COMPARED_SPLITS,
  splitFigures,
  type ComparedNetwork,
  type ComparedSplit,
  type CompareReport,
  type SplitFigures,
} from '../compare/compare-report.js'
import { deployedSize } from '../compare/deployed-size.js'
import { provenance } from '../report/provenance.js'
import { toTerminal } from '../report/to-markdown.js'
import { writeReport } from '../report/write-report.js'
import { readyBackend } from '../tf/backend.js'
import { plainRun } from '../train/plain-run.js'
import { runTrials } from '../train/run-trials.js'
import type { TrialResult, TrialTask } from '../train/trial.js'
import { corporaRoot, DEFAULT_CACHE, progressLine, runCommand, wholeNumber } from './command.js'
import { recipeWith } from './recipe-options.js'

const DEFAULT_NETWORKS = [...ARCHITECTURE_NAMES, 'ensemble:cnn+tcn+gru']
const DEFAULT_EPOCHS = 30

const HELP = `
Trains architectures by the same recipe on one random split of RAVDESS and on EmoBox's fold 1, and sets them beside one
another: accuracy, confusions, size, cost.

  npm run compare -- --out DIR [options]

  --architectures A,B  (default: ${DEFAULT_NETWORKS.join(',')})
  --epochs N           of every network (default: ${DEFAULT_EPOCHS})
  --set KEY=VALUE      any other setting of the recipe, for all of them; may be given several times
  --seed N             (default: 1)
  --out DIR            comparison.json, comparison.md, pictures (SVG) and all of it in one report.html
  --runs DIR           the trainings (default: training/runs/compare); what was stopped goes on, what is done is kept
  --corpora DIR        folder of the decoded corpora (default: $CORPORA_DIR)
  --cache DIR          where features are kept (default: training/cache)
  --jobs N             trainings side by side (default: as many as there are cores)
`

const options = {
  architectures: { type: 'string', default: DEFAULT_NETWORKS.join(',') },
  epochs: { type: 'string', default: String(DEFAULT_EPOCHS) },
  set: { type: 'string', multiple: true, default: [] as string[] },
  seed: { type: 'string', default: '1' },
  out: { type: 'string' },
  runs: { type: 'string', default: join('training', 'runs', 'compare') },
  corpora: { type: 'string' },
  cache: { type: 'string', default: DEFAULT_CACHE },
  jobs: { type: 'string', default: String(availableParallelism()) },
} as const

await runCommand(HELP, options, async (values) => {
  if (!values.out) throw new ConfigError('TRAINING_NO_FOLDER', 'say where the report goes: --out DIR')
  const corpora = corporaRoot(values.corpora)
  const names = values.architectures.split(',')
  for (const name of names) architectureByName(name, LABELS.length)
  const seed = wholeNumber('seed', values.seed, 0, 2 ** 31 - 1)
  const recipe = recipeWith([`epochs=${wholeNumber('epochs', values.epochs, 1, 10_000)}`, ...values.set])
  const planned = names.flatMap((architecture) =>
    COMPARED_SPLITS.map(({ key, protocol, fold }) => {
      const run = plainRun({ architecture, protocol, fold, inner: false, recipe, seed })
      const out = join(values.runs, `${architecture.replaceAll(/[^\w-]+/g, '-')}-${key}`)
      const task: TrialTask = { run, corpora, cache: values.cache, out, deadlineMs: null }
      return { architecture, key, task }
    }),
  )
  const results = await runTrials(
    planned.map(({ task }) => task),
    wholeNumber('jobs', values.jobs, 1, 1024),
    (index, step) => {
      const { architecture, key } = planned[index] as (typeof planned)[number]
      progressLine(`${index + 1}/${planned.length}  ${architecture}, ${key}: ${step}`)
    },
  )
  progressLine('')
  await readyBackend()
  const networks = names.map((architecture): ComparedNetwork => {
    const own = planned.flatMap(({ architecture: name, key, task }, i) =>
      name === architecture ? [{ key, out: task.out, result: results[i] as TrialResult }] : [],
    )
    return {
      architecture,
      ...deployedSize((own[0] as (typeof own)[number]).out),
      splits: Object.fromEntries(own.map(({ key, result }) => [key, splitFigures(result)])) as Record<
        ComparedSplit,
        SplitFigures
      >,
    }
  })
  const report: CompareReport = {
    schema: 'affectd.comparison/1',
    provenance: provenance('npm run compare', { training: seed, bootstrap: 1 }),
    notes: [...new Set(results.flatMap((result) => result?.warnings ?? []))],
    recipe,
    networks,
  }
  const document = compareDocument(report)
  process.stdout.write(toTerminal(document))
  writeReport(values.out, 'comparison', report, document)
})
