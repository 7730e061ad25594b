import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { ConfigError, UsageError } from '../../../src/errors.js'
import { labelsOfCorpora } from '../corpora/label-mask.js'
import { evaluateRun, verdictsOfEvents } from '../evaluate/evaluate.js'
import { evaluationDocument } from '../evaluate/evaluation-document.js'
import type { EvaluationReport } from '../evaluate/evaluation-report.js'
import { formReport, type FoldVerdicts, type FormReport } from '../evaluate/figures.js'
import { NOISE_KINDS } from '../evaluate/noise-conditions.js'
import { noiseMaterial } from '../evaluate/noise-material.js'
import { judgeFolds, judgeInNoise, judgeWarm, type Workshop } from '../evaluate/run-evaluation.js'
import { recordDecisions } from '../evaluate/record-decisions.js'
import { clipsToRecord, formatRecorded } from '../evaluate/recorded-decisions.js'
import { spreadOf, type Spread } from '../evaluate/spread.js'
import { restrictedTo } from '../evaluate/verdict.js'
import { DEFAULT_PROTOCOL } from '../protocols/protocol-by-name.js'
import { provenance } from '../report/provenance.js'
import { toTerminal } from '../report/to-markdown.js'
import { writeReport } from '../report/write-report.js'
import { readyBackend } from '../tf/backend.js'
import { corporaRoot, DEFAULT_CACHE, progressLine, runCommand, wholeNumber } from './command.js'
import { subjectOf, testClips, type Subject } from './evaluation-subject.js'

const HELP = `
Evaluates a model on clips that it must not have seen, through the device's own gate, features, int8 engine and affect
stage.

  npm run evaluate -- --artefact DIR [options]                     a model on a corpus, or on a fold of a protocol
  npm run evaluate -- --protocol NAME --artefacts DIR [options]    a protocol: DIR/fold-1, DIR/fold-2, … on their folds
  npm run evaluate -- --run DIR                                    a training run, float, on the clips that it held out
  npm run evaluate -- --alerts [--help]                            alert rules on long simulated sessions: its own options

What is judged
  --artefact DIR   int8 model
  --artefacts DIR  int8 models of a protocol's folds, fold-NAME each, fold-NAME.float.bin beside them for the float ones
  --float FILE     also evaluate these float weights (npm run quantize -- --float)
  --events FILE    take the decisions from the output of 'affectd analyze --json' instead of making them
  --corpus NAME    evaluate on a whole corpus, or on a manifest, FILE.csv (default: ravdess)
  --protocol NAME  evaluate on the test clips of a protocol's folds instead (default, with --fold: ${DEFAULT_PROTOCOL})
  --fold NAME      of the protocol; with --artefacts several times, else all of them
  --inner          on what the fold's inner split holds out instead
  --every N        one clip of N only, to try things out (default: 1)

What else is measured
  --noise          also with noise at 20, 10, 5 and 0 dB over the speech's level
  --noise-kinds K  of ${NOISE_KINDS.join(',')}, or classes of ESC-10: dog-bark,rain (default: the first four)
  --noise-seed N   (default: 1)
  --warm K         also after hearing K other clips of the same speaker, without their labels
  --warm-seeds S   of the draws of those clips (default: 1,2,3)

Where things go
  --out DIR        metrics.json, metrics.md, pictures (SVG) and all of it in one report.html
  --corpora DIR    folder of the decoded corpora (default: $CORPORA_DIR)
  --cache DIR      where features are kept (default: training/cache)
  --jobs N         processes (default: as many as there are cores)
  --list           only print the paths of the clips, one a line
  --record FILE    only write what --artefact decides on a few clips of RAVDESS and EMO-DB, bit for bit: the released
                   model's stands in test/e2e/corpus-decisions.jsonl, and tests hold every build against it
`

const options = {
  artefact: { type: 'string' },
  artefacts: { type: 'string' },
  run: { type: 'string' },
  float: { type: 'string' },
  events: { type: 'string' },
  corpus: { type: 'string', default: 'ravdess' },
  protocol: { type: 'string' },
  fold: { type: 'string', multiple: true, default: [] as string[] },
  inner: { type: 'boolean', default: false },
  every: { type: 'string', default: '1' },
  noise: { type: 'boolean', default: false },
  'noise-kinds': { type: 'string', default: NOISE_KINDS.join(',') },
  'noise-seed': { type: 'string', default: '1' },
  warm: { type: 'string' },
  'warm-seeds': { type: 'string', default: '1,2,3' },
  out: { type: 'string' },
  corpora: { type: 'string' },
  cache: { type: 'string', default: DEFAULT_CACHE },
  jobs: { type: 'string', default: String(availableParallelism()) },
  list: { type: 'boolean', default: false },
  record: { type: 'string' },
} as const

await runCommand(HELP, options, async (values) => {
  const root = corporaRoot(values.corpora)
  const chosen = { ...values, every: wholeNumber('every', values.every, 1, 10_000) }
  const workshop: Workshop = {
    jobs: wholeNumber('jobs', values.jobs, 1, 1024),
    cache: values.cache,
    onProgress: (what, done, total) => {
      progressLine(`${what}: clips ${done}/${total}`)
    },
  }
  if (values.list) {
    const clips = testClips(root, chosen).folds.flatMap(({ test }) => test)
    process.stdout.write(clips.map(({ path }) => `${path}\n`).join(''))
    return
  }
  if (values.record !== undefined) {
    await record(values.record, root, values.artefact)
    return
  }
  if (values.run) {
    await readyBackend()
    const { protocol, labels, verdicts, warnings } = await evaluateRun(values.run, root, values.cache)
    show(
      {
        ...headOf(values.run, protocol, {}, warnings, { bootstrap: 1 }),
        float: formReport([{ fold: protocol, verdicts }], labels),
      },
      values.out,
    )
    return
  }
  const noise = values.noise
    ? {
        kinds: values['noise-kinds'].split(','),
        seed: wholeNumber('noise-seed', values['noise-seed'], 0, 2 ** 31 - 1),
      }
    : null
  const warm =
    values.warm === undefined
      ? null
      : {
          clipsHeard: wholeNumber('warm', values.warm, 1, 1000),
          seeds: values['warm-seeds']
            .split(',')
            .map((seed) => wholeNumber('warm-seeds', seed, 0, 2 ** 31 - 1)),
        }
  if (values.events !== undefined && (noise ?? warm)) {
    throw new UsageError('USAGE_ARGUMENTS', '--events are what was heard once: leave out --noise and --warm')
  }
  const subject = subjectOf(root, chosen)
  const { folds, manifest } = subject
  const { labels } = manifest
  const int8 =
    values.events === undefined
      ? await judgeFolds(folds, 'int8', workshop)
      : eventsFolds(subject, readFileSync(values.events, 'utf8'))
  const float = folds.every(({ floatWeights }) => floatWeights !== null)
    ? formReport(await judgeFolds(folds, 'float', workshop), labels)
    : null
  const seeds = {
    ...(noise ? { noise: noise.seed } : {}),
    ...(warm ? { warm: warm.seeds } : {}),
    bootstrap: 1,
  }
  const int8Report = formReport(int8, labels)
  const report: EvaluationReport = {
    ...headOf(subject.model, subject.protocol, subject.artefacts, subject.notes, seeds),
    int8: int8Report,
    ...(float ? { float, int8MinusFloat: difference(int8Report, float) } : {}),
    ...restricted(subject, int8),
    ...(noise
      ? {
          noise: await judgeInNoise(
            folds,
            int8,
            labels,
            { ...noise, material: noiseMaterial(root, subject.clips) },
            workshop,
          ),
        }
      : {}),
    ...(warm ? { warm: await judgeWarm(folds, int8, labels, warm, workshop) } : {}),
  }
  show(report, values.out)
})

async function record(file: string, root: string, artefact: string | undefined): Promise<void> {
  if (artefact === undefined) throw new ConfigError('TRAINING_NO_FOLDER', 'say which model: --artefact DIR')
  writeFileSync(file, formatRecorded(await recordDecisions(artefact, clipsToRecord(root))))
}

function headOf(
  model: string,
  protocol: string,
  artefacts: EvaluationReport['artefacts'],
  notes: readonly string[],
  seeds: EvaluationReport['provenance']['seeds'],
): Omit<EvaluationReport, 'int8'> {
  const made = provenance('npm run evaluate', seeds)
  return { schema: 'affectd.evaluation/1', model, protocol, provenance: made, artefacts, notes }
}

function eventsFolds({ folds, manifest }: Subject, events: string): FoldVerdicts[] {
  return folds.map(({ fold, clips }) => ({ fold, verdicts: verdictsOfEvents(manifest, clips, events) }))
}

/** Absent where every corpus tells all outputs apart: it would be the same again. */
function restricted(
  { clips, manifest }: Subject,
  folds: readonly FoldVerdicts[],
): { restricted?: FormReport } {
  const known = labelsOfCorpora(clips)
  const keptOf = (corpus: string): readonly string[] => known.get(corpus) ?? manifest.labels
  const judged = new Set(folds.flatMap(({ verdicts }) => verdicts.map(({ corpus }) => corpus)))
  if ([...judged].every((corpus) => manifest.labels.every((label) => keptOf(corpus).includes(label))))
    return {}
  const masked = folds.map(({ fold, verdicts }) => ({
    fold,
    verdicts: verdicts.map((verdict) => restrictedTo(verdict, manifest.labels, keptOf(verdict.corpus))),
  }))
  return { restricted: formReport(masked, manifest.labels) }
}

function difference(int8: FormReport, float: FormReport): Spread {
  return spreadOf(int8.folds.map(({ ua }, f) => ua - (float.folds[f]?.ua ?? NaN)))
}

function show(report: EvaluationReport, out: string | undefined): void {
  progressLine('')
  const document = evaluationDocument(report)
  process.stdout.write(toTerminal(document))
  if (out !== undefined) writeReport(out, 'metrics', report, document)
}
