import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ConfigError } from '../../../src/errors.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { readArtefact } from '../../../src/nn/artefact-reader.js'
import { LABELS, type Clip } from '../corpora/clip.js'
import { loadCorpus } from '../corpora/load-corpus.js'
import { confusionSvg, percent } from '../evaluate/confusion-svg.js'
import { evaluateEvents, evaluateFloat, evaluateInt8, evaluateRun } from '../evaluate/evaluate.js'
import type { Metrics } from '../evaluate/metrics.js'
import { metricsTable } from '../evaluate/metrics-table.js'
import { loadProtocol } from '../protocols/load-protocol.js'
import { foldName } from '../protocols/protocol.js'
import { DEFAULT_PROTOCOL } from '../protocols/protocol-by-name.js'
import { selectFold } from '../protocols/select-fold.js'
import { readyBackend } from '../tf/backend.js'
import { corporaRoot, DEFAULT_CACHE, progressLine, runCommand } from './command.js'

const HELP = `
Evaluates a model artefact on the clips it must not have seen, through the device's own gate, features and int8 engine.

  npm run evaluate -- --artefact DIR [options]
  npm run evaluate -- --run DIR             a training run, float, on the clips that it held out

  --artefact DIR   int8 model
  --float FILE     also evaluate these float weights (npm run quantize -- --float)
  --events FILE    take the decisions from the output of 'affectd analyze --json' instead of making them
  --corpus NAME    evaluate on a whole corpus, or on a manifest, FILE.csv (default: ravdess)
  --protocol NAME  evaluate on the test clips of a protocol's fold instead
  --fold NAME      fold of the protocol (which is ${DEFAULT_PROTOCOL} unless --protocol names another)
  --inner          on what the fold's inner split holds out instead
  --corpora DIR    folder of the decoded corpora (default: $CORPORA_DIR)
  --cache DIR      where features are kept (default: training/cache)
  --out DIR        write metrics.json, metrics.md and a confusion matrix (SVG) for each form there
  --list           only print the paths of the clips, one a line
`

const options = {
  artefact: { type: 'string' },
  run: { type: 'string' },
  float: { type: 'string' },
  events: { type: 'string' },
  corpus: { type: 'string', default: 'ravdess' },
  protocol: { type: 'string' },
  fold: { type: 'string' },
  inner: { type: 'boolean', default: false },
  corpora: { type: 'string' },
  cache: { type: 'string', default: DEFAULT_CACHE },
  out: { type: 'string' },
  list: { type: 'boolean', default: false },
} as const

await runCommand(HELP, options, async (values) => {
  if (values.run) {
    await readyBackend()
    const { protocol, metrics } = await evaluateRun(values.run, corporaRoot(values.corpora), values.cache)
    process.stdout.write(`${values.run} on ${protocol}\n\n${metricsTable({ float: metrics })}`)
    return
  }
  const { name: protocol, clips } = testClips(corporaRoot(values.corpora), values)
  if (values.list) {
    process.stdout.write(clips.map((clip) => `${clip.path}\n`).join(''))
    return
  }
  if (!values.artefact) throw new ConfigError('TRAINING_NO_FOLDER', 'say which model: --artefact DIR')
  const artefact = readArtefact(values.artefact, featureParamsHash(FEATURE_PARAMS))
  const forms: Record<string, Metrics> = {}
  if (values.events) {
    forms['int8'] = evaluateEvents(artefact.manifest, clips, readFileSync(values.events, 'utf8'))
  } else {
    if (values.float) {
      await readyBackend()
      forms['float'] = await evaluateFloat(artefact.manifest, readFileSync(values.float), clips, values.cache)
    }
    forms['int8'] = await evaluateInt8(artefact, clips, (done, total) =>
      progressLine(`clips ${done}/${total}`),
    )
    progressLine('', false)
  }
  process.stdout.write(`${basename(values.artefact)} on ${protocol}\n\n${metricsTable(forms)}`)
  if (values.out) writeReport(values.out, forms, artefact.manifest.id, protocol)
})

interface Chosen {
  readonly corpus: string
  readonly protocol?: string
  readonly fold?: string
  readonly inner: boolean
}

/** Clips of the eight classes, and what they are. */
function testClips(root: string, chosen: Chosen): { name: string; clips: readonly Clip[] } {
  const judged = (clips: readonly Clip[]): readonly Clip[] =>
    clips.filter((clip) => LABELS.includes(clip.label))
  if (chosen.protocol === undefined && chosen.fold === undefined) {
    return { name: chosen.corpus, clips: judged(loadCorpus(root, chosen.corpus)) }
  }
  const { protocol, clips, warnings } = loadProtocol(root, chosen.protocol ?? DEFAULT_PROTOCOL)
  for (const warning of warnings) progressLine(warning, true)
  const fold = selectFold(protocol, clips, chosen.fold ?? null, chosen.inner)
  return { name: foldName(fold), clips: judged(fold.test) }
}

/** The figures name the model that they are of: a released one carries those of its like on speakers set aside. */
function writeReport(
  out: string,
  forms: Readonly<Record<string, Metrics>>,
  model: string,
  protocol: string,
): void {
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, 'metrics.json'), `${JSON.stringify({ model, protocol, ...forms }, null, 2)}\n`)
  writeFileSync(join(out, 'metrics.md'), metricsTable(forms))
  for (const [form, metrics] of Object.entries(forms)) {
    const title = `${protocol}, ${form}: UA ${percent(metrics.ua)}`
    writeFileSync(join(out, `confusion-${form}.svg`), confusionSvg(metrics, title))
  }
}
