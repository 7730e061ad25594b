import { figuresOf } from '../evaluate/figures.js'
import { percent } from '../evaluate/confusion-svg.js'
import { barChartSvg } from '../report/bar-chart-svg.js'
import { heading, picture, table, text, type ReportDocument } from '../report/document.js'
import { provenanceTable, type Provenance } from '../report/provenance.js'
import { assignmentsOf } from '../train/settings-file.js'
import type { TrialResult } from '../train/trial.js'
import type { TunedSettings } from './search-space.js'

/** Trial 0 is the recipe as it stands. */
export interface TunedTrial {
  readonly trial: number
  readonly settings: TunedSettings | Record<string, never>
  /** On the inner split's held-out clips. */
  readonly ua: number
  readonly uaInterval: readonly [number, number]
  readonly processorS: number
}

export interface TuneReport {
  readonly schema: 'affectd.tuning/1'
  readonly provenance: Provenance
  readonly architecture: string
  /** `ravdess-emobox6@1/1/inner`. */
  readonly split: string
  readonly epochs: number
  readonly budgetMin: number
  /** Trials that were asked for; those that the budget ended are not among `trials`. */
  readonly asked: number
  /** What a reader of the figures must know. */
  readonly notes: readonly string[]
  /** The best first. */
  readonly trials: readonly TunedTrial[]
}

export function tunedTrial(
  trial: number,
  settings: TunedTrial['settings'],
  { verdicts, labels, processorS }: TrialResult,
): TunedTrial {
  const { ua, uaInterval } = figuresOf(verdicts, labels)
  return { trial, settings, ua, uaInterval, processorS }
}

export function tuneDocument(report: TuneReport): ReportDocument {
  const { architecture, split, epochs, budgetMin, asked, notes, trials } = report
  const best = trials[0]
  const base = trials.find(({ trial }) => trial === 0)
  return {
    title: `Settings of ${architecture} tried on ${split}`,
    blocks: [
      text(
        `${trials.length} of ${asked} trials of ${epochs} epochs were done within ${budgetMin} minutes. The test clips of the fold were set aside: ` +
          'trials are judged on what the inner split holds out. Brackets: 95 % of bootstraps over those clips.',
      ),
      ...notes.map(text),
      ...(best && base ? [text(verdict(best, base))] : []),
      table(
        ['trial', 'UA', '', 'processor, min', 'settings'],
        trials.map(({ trial, ua, uaInterval: [low, high], processorS, settings }) => [
          String(trial),
          percent(ua),
          `[${percent(low)}, ${percent(high)}]`,
          (processorS / 60).toFixed(1),
          trial === 0 ? 'the recipe as it stands' : assignmentsOf({ ...settings }).join(' '),
        ]),
      ),
      picture(
        'trials',
        'UA of the trials',
        barChartSvg({
          title: 'Trials, the best first',
          valueName: 'UA, %, on the inner split',
          series: ['UA'],
          ticks: [0, 20, 40, 60, 80, 100],
          groups: trials.map(({ trial, ua, uaInterval: [low, high] }) => ({
            name: `trial ${trial}`,
            bars: [{ value: 100 * ua, interval: [100 * low, 100 * high] as const }],
          })),
        }),
      ),
      heading('Where the figures come from'),
      provenanceTable(report.provenance),
    ],
  }
}

/** The best of several is the best by luck too: its own interval says by how much. */
function verdict(best: TunedTrial, base: TunedTrial): string {
  if (best.trial === base.trial) return 'No trial was better than the recipe as it stands.'
  const gain = (100 * (best.ua - base.ua)).toFixed(1)
  const isWithin = base.ua >= best.uaInterval[0]
  return (
    `Trial ${best.trial} is ${gain} points over the recipe as it stands` +
    (isWithin ? ', which is within its interval: train both with other seeds before believing it.' : '.')
  )
}
