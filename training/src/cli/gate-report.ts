import { basename, join } from 'node:path'
import { createEnergyVad } from '../../../src/gate/energy-vad.js'
import { DEFAULT_GATE_PARAMS } from '../../../src/gate/gate-params.js'
import { createGate } from '../../../src/gate/segmenter.js'
import type { Vad } from '../../../src/gate/vad.js'
import { SAMPLE_RATE_HZ, samplesToMs } from '../../../src/units.js'
import type { Clip } from '../corpora/clip.js'
import { CORPUS_NAMES, isPresent, loadCorpus } from '../corpora/load-corpus.js'
import { wavPaths } from '../corpora/wav-paths.js'
import { clipAudio } from '../dataset/clip-audio.js'
import { clipWindows } from '../dataset/clip-windows.js'
import { areaUnderCurve } from '../evaluate/area-under-curve.js'
import {
  createLevelOverMinimum,
  scoreFrames,
  syllableStarts,
  withNoise,
  type LabelledScores,
  type NoiseKind,
} from '../evaluate/vad-frames.js'
import { createRandom } from '../random.js'
import { corporaRoot, runCommand, wholeNumber } from './command.js'

const HELP = `
Measures the gate: how many clips of each corpus give a decision window, what it makes of noise, and how well its
detector parts speech from pause, frame by frame, on the five speakers of EMO-DB that it was not fitted on.

  npx tsx src/cli/gate-report.ts [options]

  --corpora DIR    folder of the decoded corpora (default: $CORPORA_DIR)
  --every N        use each Nth clip only (default: 1)
`

/** Speakers of EMO-DB that the detector's weights were not fitted on. */
const HELD_OUT = new Set(['12', '13', '14', '15', '16'])

const CONDITIONS: readonly (readonly [string, NoiseKind | null, number])[] = [
  ['clean', null, 0],
  ['white 10 dB', 'white', 10],
  ['white 0 dB', 'white', 0],
  ['cabin 10 dB', 'cabin', 10],
  ['cabin 0 dB', 'cabin', 0],
]

const options = { corpora: { type: 'string' }, every: { type: 'string', default: '1' } } as const

await runCommand(HELP, options, async (values) => {
  const root = corporaRoot(values.corpora)
  const every = wholeNumber('every', values.every, 1, 1000)
  const pick = <T>(items: readonly T[]): T[] => items.filter((_, i) => i % every === 0)
  print('| corpus | clips | with a window % | windows a clip | speech a window ms | snr 5th percentile dB |')
  print('| --- | --- | --- | --- | --- | --- |')
  for (const name of CORPUS_NAMES.filter((corpus) => isPresent(root, corpus))) {
    await reportClips(name, pick(loadCorpus(root, name).map((clip) => clip.path)))
  }
  await reportNoise(pick(wavPaths(join(root, 'noise'))))
  await reportFrames(root, pick(loadCorpus(root, 'emodb')))
})

async function reportClips(name: string, paths: readonly string[]): Promise<void> {
  const gate = createGate(createEnergyVad(DEFAULT_GATE_PARAMS), DEFAULT_GATE_PARAMS)
  let clipsWithWindow = 0
  let speechSamples = 0
  const snrsDb: number[] = []
  for (const path of paths) {
    const windows = clipWindows(await clipAudio(path), gate)
    if (windows.length > 0) clipsWithWindow++
    for (const window of windows) {
      speechSamples += window.speechSamples
      snrsDb.push(window.snrDb)
    }
  }
  const cells = [
    name,
    paths.length,
    ((100 * clipsWithWindow) / paths.length).toFixed(2),
    (snrsDb.length / paths.length).toFixed(3),
    (samplesToMs(speechSamples) / snrsDb.length).toFixed(0),
    (snrsDb.sort((a, b) => a - b)[Math.floor(snrsDb.length / 20)] ?? NaN).toFixed(1),
  ]
  print(`| ${cells.join(' | ')} |`)
}

/** Windows an hour that are no speech, by the folder that names the sound; crying babies are people all the same. */
async function reportNoise(paths: readonly string[]): Promise<void> {
  const gate = createGate(createEnergyVad(DEFAULT_GATE_PARAMS), DEFAULT_GATE_PARAMS)
  const totals = new Map<string, { windows: number; samples: number }>()
  for (const path of paths) {
    const samples = await clipAudio(path)
    const kinds = [basename(join(path, '..')), 'all']
    const windows = clipWindows(samples, gate).length
    for (const kind of kinds) {
      const total = totals.get(kind) ?? { windows: 0, samples: 0 }
      totals.set(kind, { windows: total.windows + windows, samples: total.samples + samples.length })
    }
  }
  print('\n| noise | windows an hour |\n| --- | --- |')
  for (const [kind, { windows, samples }] of [...totals].sort()) {
    print(`| ${kind} | ${((windows * SAMPLE_RATE_HZ * 3600) / samples).toFixed(0)} |`)
  }
}

async function reportFrames(root: string, clips: readonly Clip[]): Promise<void> {
  print('\n| AUC on 20 ms frames | detector | level over its minimum |\n| --- | --- | --- |')
  for (const [condition, kind, snrDb] of CONDITIONS) {
    const detectors: Pick<Vad, 'score'>[] = [createEnergyVad(DEFAULT_GATE_PARAMS), createLevelOverMinimum()]
    const results = detectors.map((): LabelledScores => ({ scores: [], isSpeech: [] }))
    const random = createRandom(1, snrDb)
    for (const clip of clips.filter(({ speaker }) => HELD_OUT.has(speaker))) {
      const starts = syllableStarts(join(root, 'emodb', 'silb', `${basename(clip.path, '.wav')}.silb`))
      if (!starts) continue
      const clean = await clipAudio(clip.path)
      const samples = kind ? withNoise(clean, starts, kind, snrDb, random) : clean
      detectors.forEach((detector, i) => {
        scoreFrames(samples, starts, detector, results[i] as LabelledScores)
      })
    }
    const areas = results.map(({ scores, isSpeech }) => areaUnderCurve(scores, isSpeech).toFixed(3))
    print(`| ${condition} | ${areas.join(' | ')} |`)
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
