import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '../../../src/errors.js'
import { architectureByName } from '../architectures/index.js'
import { LABELS } from '../corpora/clip.js'
import { DEFAULT_PROTOCOL, protocolByName, versionedName } from '../protocols/protocol-by-name.js'
import { provenance } from '../report/provenance.js'
import { toTerminal } from '../report/to-markdown.js'
import { writeReport } from '../report/write-report.js'
import { plainRun } from '../train/plain-run.js'
import { runTrials } from '../train/run-trials.js'
import { assignmentsOf } from '../train/settings-file.js'
import type { TrialTask } from '../train/trial.js'
import { drawSettings } from '../tune/search-space.js'
import { tuneDocument, tunedTrial, type TuneReport } from '../tune/tune-report.js'
import { corporaRoot, DEFAULT_CACHE, progressLine, runCommand, wholeNumber } from './command.js'
import { recipeWith } from './recipe-options.js'

const HELP = `
Searches settings of the training at random: learning rate, weight decay, mixup, label smoothing, masks. The test clips
of the fold are set aside; trials are judged on what its inner split holds out. Trial 0 is the recipe as it stands.

  npm run tune -- --out DIR [options]

  --architecture NAME  (default: cnn)
  --trials N           (default: 16)
  --budget MINUTES     no epoch is begun after it; the same command goes on where it ended (default: 60)
  --epochs N           of each trial (default: 20)
  --protocol NAME      (default: ${DEFAULT_PROTOCOL})
  --fold NAME          (default: 1)
  --set KEY=VALUE      setting of the recipe that is the same in all trials; may be given several times
  --seed N             of the draws and of every training (default: 1)
  --out DIR            the trials; tuning.json, tuning.md, report.html; settings.json, the best ones, which
                       npm run train -- --settings FILE takes
  --corpora DIR        folder of the decoded corpora (default: $CORPORA_DIR)
  --cache DIR          where features are kept (default: training/cache)
  --jobs N             trials side by side (default: as many as there are cores)
`

const options = {
  architecture: { type: 'string', default: 'cnn' },
  trials: { type: 'string', default: '16' },
  budget: { type: 'string', default: '60' },
  epochs: { type: 'string', default: '20' },
  protocol: { type: 'string', default: DEFAULT_PROTOCOL },
  fold: { type: 'string', default: '1' },
  set: { type: 'string', multiple: true, default: [] as string[] },
  seed: { type: 'string', default: '1' },
  out: { type: 'string' },
  corpora: { type: 'string' },
  cache: { type: 'string', default: DEFAULT_CACHE },
  jobs: { type: 'string', default: String(availableParallelism()) },
} as const

await runCommand(HELP, options, async (values) => {
  const { out, architecture, protocol, fold } = values
  if (!out) throw new ConfigError('TRAINING_NO_FOLDER', 'say where the trials go: --out DIR')
  const corpora = corporaRoot(values.corpora)
  architectureByName(architecture, LABELS.length)
  const asked = wholeNumber('trials', values.trials, 1, 10_000)
  const budgetMin = wholeNumber('budget', values.budget, 1, 100_000)
  const epochs = wholeNumber('epochs', values.epochs, 1, 10_000)
  const seed = wholeNumber('seed', values.seed, 0, 2 ** 31 - 1)
  const deadlineMs = Date.now() + 60_000 * budgetMin
  const planned = Array.from({ length: asked }, (_, trial) => {
    const settings = trial === 0 ? {} : drawSettings(seed, trial)
    const recipe = recipeWith([...values.set, `epochs=${epochs}`, ...assignmentsOf({ ...settings })])
    const run = plainRun({ architecture, protocol, fold, inner: true, recipe, seed })
    const folder = join(out, 'trials', String(trial).padStart(3, '0'))
    const task: TrialTask = { run, corpora, cache: values.cache, out: folder, deadlineMs }
    return { trial, settings, task }
  })
  const results = await runTrials(
    planned.map(({ task }) => task),
    wholeNumber('jobs', values.jobs, 1, 1024),
    (index, step) => {
      progressLine(`trial ${index}/${asked - 1}: ${step}`)
    },
  )
  progressLine('')
  const trials = planned
    .flatMap(({ trial, settings }, i) => {
      const result = results[i]
      return result ? [tunedTrial(trial, settings, result)] : []
    })
    .sort((a, b) => b.ua - a.ua)
  const report: TuneReport = {
    schema: 'affectd.tuning/1',
    provenance: provenance('npm run tune', { search: seed, training: seed, bootstrap: 1 }),
    architecture,
    split: `${versionedName(protocolByName(protocol))}/${fold}/inner`,
    epochs,
    budgetMin,
    asked,
    notes: [...new Set(results.flatMap((result) => result?.warnings ?? []))],
    trials,
  }
  const document = tuneDocument(report)
  process.stdout.write(toTerminal(document))
  writeReport(out, 'tuning', report, document)
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, 'settings.json'), `${JSON.stringify(trials[0]?.settings ?? {}, null, 2)}\n`)
})
