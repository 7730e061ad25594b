import { CUE_SPECS, FATIGUE_CUES } from '../../../src/affect/fatigue/fatigue-cues.js'
import { heading, picture, table, text, type Block, type ReportDocument } from '../report/document.js'
import { lineChartSvg } from '../report/line-chart-svg.js'
import { provenanceTable, type Provenance } from '../report/provenance.js'
import { DOSE_SERIES } from './dose.js'
import type { DoseRow, FalseAlarms } from './fatigue-figures.js'
import type { MonitorCost } from './monitor-cost.js'
import type { SyllableErrors } from './syllable-errors.js'
import type { PitchErrors } from './synthetic-pitch.js'
import type { CusumTrial } from './tune-cusum.js'

export interface FatigueReport {
  readonly schema: 'affectd.fatigue-report/1'
  readonly provenance: Provenance
  readonly cusum: { readonly k: number; readonly h: number }
  readonly speakers: readonly {
    readonly corpus: string
    readonly speaker: string
    readonly manner: string
    readonly part: 'tuning' | 'report'
    /** Of distinct audio. */
    readonly baselineS: number
    readonly judgedS: number
  }[]
  readonly trials: readonly CusumTrial[]
  readonly chosen: CusumTrial | null
  readonly doses: readonly DoseRow[]
  readonly falseAlarms: readonly FalseAlarms[]
  readonly pitch: readonly PitchErrors[]
  readonly praat: string | null
  readonly syllables: SyllableErrors
  readonly cost: MonitorCost
}

const Z_TICKS = [-1, 0, 1, 2, 3] as const

export function fatigueDocument(report: FatigueReport): ReportDocument {
  const { provenance, cusum } = report
  return {
    title: 'The vocal fatigue indicator (experimental)',
    blocks: [
      provenanceTable(provenance),
      text(
        'No recording of a tired speaker was used: there is none here. What is shown is whether changes that the literature describes of tired speech, made to real speech by resynthesis, move the indicator, by how much and how soon, and how often it is raised by speech that nothing was done to. It says nothing of how well it finds tired people, and it is not drowsiness detection.',
      ),
      ...materialBlocks(report),
      heading('Dose and response'),
      text(
        `Report speakers, one session of about six minutes of speech a dose, with CUSUM k ${cusum.k} and h ${cusum.h}. Composite: mean over the session's blocks, then over the speakers ± standard deviation between speakers. z and score: at the session's end. Delay: minutes of speech until raised, median of the sessions that were; the sessions end after about six. Expected: what a steady composite of that mean takes, h/(composite − k). The smoothed z has risen by little more than half of the way after six minutes.`,
      ),
      ...DOSE_SERIES.flatMap(({ name }, n) => doseBlocks(report, name, n)),
      ...falseAlarmBlocks(report),
      ...tuningBlocks(report),
      ...pitchBlocks(report),
      ...syllableBlocks(report.syllables),
      ...costBlocks(report.cost),
    ],
  }
}

function materialBlocks({ speakers }: FatigueReport): Block[] {
  return [
    heading('What was heard'),
    text(
      'Acted clips of 1 to 4 s, trimmed, of one speaker each. A speaker’s clips are parted at random: three baseline sessions of four blocks (twelve minutes of speech) are drawn from one half, everything that is judged from the other, so that no clip is in both (nEMO’s neutral clips are of a sentence each; TESS’s differ in one word, and of all feelings the same sentence may be in both halves). Clips are put together in random order with log-normal pauses (median 0.55 s) and turns of 5 to 12 clips, in the noise of a quiet room at −64 dBFS. There is less distinct speech than is heard: clips come again, in another order with other pauses. So the sessions of a speaker differ less than a person’s days do, and microphone, room and health do not change at all: false alarms in the field must be expected to be more.',
    ),
    table(
      ['speaker', 'manner', 'used for', 'distinct speech: baseline s', 'judged s'],
      speakers.map(({ corpus, speaker, manner, part, baselineS, judgedS }) => [
        `${corpus} ${speaker}`,
        manner,
        part,
        baselineS.toFixed(0),
        judgedS.toFixed(0),
      ]),
    ),
  ]
}

function doseBlocks({ doses }: FatigueReport, series: string, n: number): Block[] {
  const rows = doses.filter((row) => row.series === series)
  const name = `dose-${n + 1}-${series.toLowerCase().replaceAll(' ', '-')}`
  const cues = [...FATIGUE_CUES].sort((a, b) => peak(rows, b) - peak(rows, a)).slice(0, 3)
  const svg = lineChartSvg({
    title: `Response to ${series}`,
    xName: series,
    yName: 'mean z',
    places: rows.map(({ step }) => step),
    yTicks: Z_TICKS,
    series: [
      { name: 'composite', values: rows.map(({ composite }) => composite) },
      ...cues.map((cue) => ({ name: cue, values: rows.map(({ cues: z }) => z[cue] ?? null) })),
    ],
  })
  return [
    heading(series[0]?.toUpperCase() + series.slice(1)),
    picture(name, `Mean z of the composite and of the three cues that move most, against ${series}`, svg),
    table(
      ['dose', 'composite', 'z', 'score', 'raised', 'delay min', 'expected min'],
      rows.map(
        ({ step, composite, compositeStd, z, score, raised, sessions, medianDelayMin, expectedDelayMin }) => [
          step,
          `${composite.toFixed(2)} ± ${compositeStd.toFixed(2)}`,
          z.toFixed(2),
          score.toFixed(2),
          `${raised} of ${sessions}`,
          medianDelayMin?.toFixed(1) ?? '–',
          expectedDelayMin?.toFixed(0) ?? 'never',
        ],
      ),
    ),
    table(
      ['dose', ...FATIGUE_CUES],
      rows.map(({ step, cues: z }) => [step, ...FATIGUE_CUES.map((cue) => (z[cue] ?? 0).toFixed(2))]),
    ),
  ]
}

function peak(rows: readonly DoseRow[], cue: string): number {
  return Math.abs(rows.at(-1)?.cues[cue] ?? 0)
}

function falseAlarmBlocks({ falseAlarms }: FatigueReport): Block[] {
  return [
    heading('False alarms: speech that nothing was done to'),
    text(
      'Each session starts from nothing. An hour is an hour of speech; of somebody who speaks for half of the time it is two hours on the clock. Where none was raised, the rate is below three over the hours heard with 95 % confidence, were the sessions independent.',
    ),
    table(
      [
        'speech',
        'sessions',
        'hours',
        'raised',
        'an hour',
        'composite: median (least to most)',
        'taken for another voice %',
      ],
      falseAlarms.map(
        ({ material, sessions, speechHours, raised, perSpeechHour, composite, otherVoiceShare }) => [
          material,
          String(sessions),
          speechHours.toFixed(2),
          String(raised),
          perSpeechHour.toFixed(2),
          `${composite.median.toFixed(2)} (${composite.min.toFixed(2)} to ${composite.max.toFixed(2)})`,
          (100 * otherVoiceShare).toFixed(1),
        ],
      ),
    ),
  ]
}

function tuningBlocks({ trials, chosen, cusum }: FatigueReport): Block[] {
  return [
    heading('How k and h were chosen'),
    text(
      `k is half of the shift that is to be found, a composite of 1, and was not tuned. h was chosen on the tuning speakers alone: the greatest with which every session of the moderate dose of all together is raised, half of them within five minutes of speech, at no more than half a false alarm an hour. The greatest rather than the soonest, because these sessions differ less than days do. ${chosen ? `That is h ${chosen.h}` : 'There is none'}; the release has k ${cusum.k}, h ${cusum.h}. The weights of the cues follow the literature's order and were not tuned: ${FATIGUE_CUES.map((cue) => `${cue} ${CUE_SPECS[cue].weight}`).join(', ')}.`,
    ),
    table(
      ['k', 'h', 'false alarms an hour', 'moderate found', 'delay min'],
      trials.map(({ k, h, falsePerHour, found, medianDelayMin }) => [
        String(k),
        String(h),
        falsePerHour.toFixed(2),
        String(found),
        medianDelayMin?.toFixed(1) ?? '–',
      ]),
    ),
  ]
}

function pitchBlocks({ pitch, praat }: FatigueReport): Block[] {
  return [
    heading('F0'),
    text(
      `Against the known pitch of harmonic tones from 90 to 480 Hz that glide by four semitones in white noise, and against Praat's tracker (${praat ?? 'not installed here: left out'}) on clips of every corpus, as 16 kHz and 16 bit. Gross errors: off by more than a fifth. Median error: of the other frames. Voiced: share of the reference's voiced frames that are found voiced.`,
    ),
    table(
      ['', 'frames', 'gross errors %', 'median error, cents', 'voiced %'],
      pitch.map(({ name, frames, grossErrorRate, medianCents, voicedShare }) => [
        name,
        String(frames),
        (100 * grossErrorRate).toFixed(2),
        medianCents.toFixed(2),
        (100 * voicedShare).toFixed(1),
      ]),
    ),
  ]
}

function syllableBlocks(syllables: SyllableErrors): Block[] {
  return [
    heading('Syllable rate'),
    text(
      'Clips of EMO-DB speakers 12 to 16, all feelings, against the syllables timed by hand (silb labels); the smoothing of the intensity was chosen on the others. Fast syllables run together, so fewer are found than were spoken; of slower speech more of them are found, and the rate falls less than the tempo.',
    ),
    table(
      [
        'clips',
        'labelled',
        'found',
        'labelled a second',
        'found a second',
        'mean absolute error a second',
        'correlation',
      ],
      [
        [
          String(syllables.clips),
          String(syllables.labelled),
          String(syllables.found),
          syllables.labelledRatePerS.toFixed(2),
          syllables.foundRatePerS.toFixed(2),
          syllables.meanAbsoluteErrorPerS.toFixed(2),
          syllables.correlation.toFixed(3),
        ],
      ],
    ),
  ]
}

function costBlocks({ audioS, pipelineMs, monitorMs, ratio }: MonitorCost): Block[] {
  return [
    heading('Cost'),
    text(
      'Processor time of one thread a second of audio of a session in which nearly all is speech, the least of three laps: gate, features and network (the pipeline) against the monitor alone.',
    ),
    table(
      ['audio s', 'pipeline ms', 'monitor ms', 'monitor / pipeline'],
      [[audioS.toFixed(0), pipelineMs.toFixed(2), monitorMs.toFixed(2), ratio.toFixed(2)]],
    ),
  ]
}
