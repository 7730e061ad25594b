import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { machine } from '../../../bench/src/machine.js'
import { DEFAULT_VAD_MODEL_DIR } from '../../../src/config/defaults.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { DEFAULT_GATE_PARAMS } from '../../../src/gate/gate-params.js'
import { loadGates } from '../../../src/gate/load-gates.js'
import { VAD_FEATURE_PARAMS } from '../../../src/gate/vad-features.js'
import { readArtefact } from '../../../src/nn/artefact-reader.js'
import { CORPUS_NAMES, loadCorpus } from '../corpora/load-corpus.js'
import {
  falseSpeechRows,
  frameRows,
  latencyRows,
  openingRow,
  type Detector,
  type OpeningRow,
} from '../vad/gate-report.js'
import { meanAuc, reportMarkdown, reportSvg, type GateReport } from '../vad/gate-report-text.js'
import { judgeNoises } from '../vad/judge-mixtures.js'
import { loadJudgingMaterial } from '../vad/load-material.js'
import { createWebrtcVad } from '../vad/webrtc-vad.js'
import { corporaRoot, progressLine, runCommand, wholeNumber } from './command.js'

const HELP = `
Measures the gate: how well its detectors part speech from pause, when they find and let go of speech, what they make
of noise, and on how many clips of each corpus the gate opens. The network is set beside the energy detector and
WebRTC's, on the same mixtures of speakers and noises that no detector was trained on.

  npm run evaluate-gate -- [options]

  --model DIR      detector network (default: the shipped one)
  --inner          on the speakers and noises that choices are made on, instead
  --every N        use each Nth timed clip only, for frames and latencies (default: 1)
  --open-every N   each Nth clip of the corpora, for how often the gate opens (default: 1; 0: leave that out)
  --seed N         (default: 1)
  --corpora DIR    folder of the decoded corpora (default: $CORPORA_DIR)
  --out DIR        write report.md, report.json and frame-auc.svg there
`

const options = {
  model: { type: 'string', default: DEFAULT_VAD_MODEL_DIR },
  inner: { type: 'boolean', default: false },
  every: { type: 'string', default: '1' },
  'open-every': { type: 'string', default: '1' },
  seed: { type: 'string', default: '1' },
  corpora: { type: 'string' },
  out: { type: 'string' },
} as const

/** White, cabin and babble. */
const LATENCY_NOISES = 3

await runCommand(HELP, options, async (values) => {
  const root = corporaRoot(values.corpora)
  const every = wholeNumber('every', values.every, 1, 1000)
  const openEvery = wholeNumber('open-every', values['open-every'], 0, 1000)
  const seed = wholeNumber('seed', values.seed, 0, 2 ** 31 - 1)
  const params = DEFAULT_GATE_PARAMS
  const network = loadGates({ vad: 'network', vadModel: values.model, params })
  const energy = loadGates({ vad: 'energy', vadModel: '', params })
  const detectors: Detector[] = [
    { name: 'network', vad: network.createVad() },
    { name: 'energy', vad: energy.createVad() },
    { name: 'webrtc', vad: await createWebrtcVad(params) },
  ]
  const { clips: allClips, voices, noise } = await loadJudgingMaterial(root, values.inner)
  const clips = allClips.filter((_, n) => n % every === 0)
  const noises = judgeNoises(noise, voices)
  const total = 1 + 2 * noises.length
  let done = 0
  const frames = frameRows(clips, detectors, noises, seed, ({ noise: name }) =>
    progressLine(`frames ${++done}/${total} ${name}`),
  )
  progressLine('latencies')
  const latencies = latencyRows(clips, detectors, params, noises.slice(0, LATENCY_NOISES), seed)
  progressLine('false speech')
  const falseSpeech = falseSpeechRows(noise, detectors, params)
  const openings: Record<string, OpeningRow[]> = {}
  for (const { name, vad } of openEvery === 0 ? [] : detectors.slice(0, 2)) {
    openings[name] = []
    for (const corpus of CORPUS_NAMES.filter((corpus) => existsSync(join(root, corpus)))) {
      progressLine(`gate with ${name} on ${corpus}`)
      const paths = loadCorpus(root, corpus).map((clip) => clip.path)
      openings[name].push(
        await openingRow(
          corpus,
          paths.filter((_, n) => n % openEvery === 0),
          vad,
          params,
        ),
      )
    }
  }
  progressLine('')
  const { manifest, sha256 } = readArtefact(values.model, featureParamsHash(VAD_FEATURE_PARAMS))
  const { cpu, cores, node, commit } = machine()
  const report: GateReport = {
    command: `npm run evaluate-gate -- --every ${every} --open-every ${openEvery} --seed ${seed}${values.inner ? ' --inner' : ''}`,
    machine: `commit ${commit}, ${cpu}, ${cores} cores, Node ${node}`,
    seed,
    model: { id: manifest.id, sha256 },
    detectors: detectors.map(({ name }) => name),
    frames,
    latencies,
    falseSpeech,
    openings,
    means: Object.fromEntries(
      detectors.map(({ name }) => [
        name,
        { at10Db: meanAuc(frames, name, 10), at0Db: meanAuc(frames, name, 0) },
      ]),
    ),
  }
  process.stdout.write(reportMarkdown(report))
  if (values.out) writeReport(values.out, report)
})

function writeReport(out: string, report: GateReport): void {
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(join(out, 'report.md'), reportMarkdown(report))
  writeFileSync(join(out, 'frame-auc.svg'), reportSvg(report))
}
