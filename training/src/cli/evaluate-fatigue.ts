import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_FATIGUE_PARAMS } from '../../../src/affect/fatigue/fatigue-params.js'
import { loadCorpus } from '../corpora/load-corpus.js'
import { doseRows, falseAlarms } from '../fatigue/fatigue-figures.js'
import { fatigueDocument, type FatigueReport } from '../fatigue/fatigue-report.js'
import { measureSpeakers } from '../fatigue/measure-speakers.js'
import { monitorCost } from '../fatigue/monitor-cost.js'
import { praatPitchErrors, praatVersion } from '../fatigue/praat-pitch.js'
import { speakersOf, TUNING_SPEAKERS } from '../fatigue/speaker-material.js'
import { syllableErrors } from '../fatigue/syllable-errors.js'
import { syntheticPitchErrors, type PitchErrors } from '../fatigue/synthetic-pitch.js'
import { tuneCusum } from '../fatigue/tune-cusum.js'
import { provenance } from '../report/provenance.js'
import { toTerminal } from '../report/to-markdown.js'
import { writeReport } from '../report/write-report.js'
import { corporaRoot, progressLine, runCommand, wholeNumber } from './command.js'

const HELP = `
Judges the vocal fatigue indicator (experimental) on real speech that is slowed, paused and flattened by resynthesis,
and on speech that nothing was done to; and what it measures by: F0 against synthetic tones and Praat, syllables against
EMO-DB's labels. Of nEMO and TESS some speakers are for choosing the trigger, the others for the report.

  npm run evaluate-fatigue -- [options]

  --corpora DIR    folder of the decoded corpora (default: $CORPORA_DIR)
  --blocks FILE    blocks that were measured before: read if it is there, else written, so that a trigger can be tried
                   without hearing everything again (an hour)
  --jobs N         processes (default: 2)
  --seed N         (default: 1)
  --out DIR        write metrics.json, metrics.md, report.html and pictures there
`

const options = {
  corpora: { type: 'string' },
  blocks: { type: 'string' },
  jobs: { type: 'string', default: '2' },
  seed: { type: 'string', default: '1' },
  out: { type: 'string' },
} as const

/** Clips of each corpus that Praat hears too. */
const PRAAT_CLIPS = 40

await runCommand(HELP, options, async (values) => {
  const root = corporaRoot(values.corpora)
  const jobs = wholeNumber('jobs', values.jobs, 1, 64)
  const seed = wholeNumber('seed', values.seed, 0, 2 ** 31 - 1)
  const params = DEFAULT_FATIGUE_PARAMS
  const measured = await measureSpeakers(root, seed, jobs, values.blocks, (step) => progressLine(step, true))
  const ofPart = (isTuning: boolean, manner: string): typeof measured =>
    measured.filter((one) => one.manner === manner && TUNING_SPEAKERS.has(one.speaker) === isTuning)
  const judged = ofPart(false, 'neutral')
  progressLine('trigger')
  const { trials, chosen } = tuneCusum(ofPart(true, 'neutral'), params)
  const praat = praatVersion()
  progressLine('F0')
  const pitch: PitchErrors[] = syntheticPitchErrors(seed)
  for (const corpus of praat === null ? [] : ['emodb', 'ravdess', 'nemo', 'tess']) {
    if (existsSync(join(root, corpus)))
      pitch.push(await praatPitchErrors(`Praat, ${corpus}`, some(root, corpus)))
  }
  progressLine('syllables')
  const syllables = await syllableErrors(root)
  progressLine('cost')
  const [speaker] = speakersOf(root).filter(({ manner }) => manner === 'neutral')
  const report: FatigueReport = {
    schema: 'affectd.fatigue-report/1',
    provenance: provenance('npm run evaluate-fatigue', { seed }),
    cusum: { k: params.cusumK, h: params.cusumH },
    speakers: measured.map(({ corpus, speaker: name, manner, baselineS, judgedS }) => ({
      corpus,
      speaker: name,
      manner,
      part: TUNING_SPEAKERS.has(name) ? 'tuning' : 'report',
      baselineS,
      judgedS,
    })),
    trials,
    chosen: chosen ?? null,
    doses: doseRows(judged, params),
    falseAlarms: [
      falseAlarms('neutral, report speakers', judged, params),
      falseAlarms('neutral, tuning speakers', ofPart(true, 'neutral'), params),
      falseAlarms('all feelings, report speakers', ofPart(false, 'lively'), params),
    ],
    pitch,
    praat,
    syllables,
    cost: await monitorCost(speaker as NonNullable<typeof speaker>, seed),
  }
  progressLine('')
  const document = fatigueDocument(report)
  process.stdout.write(toTerminal(document))
  if (values.out) writeReport(values.out, 'metrics', report, document)
})

/** Evenly spread over the corpus. */
function some(root: string, corpus: string): string[] {
  const clips = loadCorpus(root, corpus)
  const every = Math.max(1, Math.floor(clips.length / PRAAT_CLIPS))
  return clips.filter((_, n) => n % every === 0).map(({ path }) => path)
}
