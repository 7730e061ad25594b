import { barChartSvg } from '../report/bar-chart-svg.js'
import { heading, picture, table, text, type Block, type ReportDocument } from '../report/document.js'
import { lineChartSvg } from '../report/line-chart-svg.js'
import { provenanceTable } from '../report/provenance.js'
import { confusionSvg, percent } from './confusion-svg.js'
import type { EvaluationReport } from './evaluation-report.js'
import type { FormReport, GroupFigures } from './figures.js'
import { NOISE_SNRS_DB } from './noise-conditions.js'
import type { NoiseReport } from './noise-report.js'
import { reliabilitySvg } from './reliability-svg.js'
import type { Spread } from './spread.js'
import type { WarmFigures, WarmReport } from './warm-report.js'

const PERCENT_TICKS = [0, 20, 40, 60, 80, 100]

/** What an evaluation found, as it is read. */
export function evaluationDocument(report: EvaluationReport): ReportDocument {
  const forms = formsOf(report)
  const blocks: Block[] = [
    ...report.notes.map(text),
    ...summary(report, forms),
    ...Object.entries(forms).flatMap(([name, form]) => formBlocks(report.protocol, name, form)),
    ...(report.noise ? noiseBlocks(report.noise) : []),
    ...(report.warm ? warmBlocks(report.warm) : []),
    heading('Where the figures come from'),
    provenanceTable(report.provenance, report.artefacts),
  ]
  return { title: `${report.model} on ${report.protocol}`, blocks }
}

function formsOf({ int8, restricted, float }: EvaluationReport): Record<string, FormReport> {
  return {
    ...(int8 ? { int8 } : {}),
    ...(restricted ? { 'int8 among the corpus’s classes': restricted } : {}),
    ...(float ? { float } : {}),
  }
}

function summary(report: EvaluationReport, forms: Readonly<Record<string, FormReport>>): Block[] {
  const names = Object.keys(forms)
  const all = Object.values(forms)
  const row = (title: string, cell: (form: FormReport) => string): string[] => [title, ...all.map(cell)]
  const severalFolds = all.some(({ folds }) => folds.length > 1)
  const overFolds =
    (pick: (form: FormReport) => Spread, show: (value: number) => string) => (form: FormReport) =>
      plusMinus(pick(form), show)
  const rows = [
    row(
      'UA',
      overFolds(({ spread }) => spread.ua, percent),
    ),
    row(
      'WA',
      overFolds(({ spread }) => spread.wa, percent),
    ),
    row(
      'macro F1',
      overFolds(({ spread }) => spread.macroF1, percent),
    ),
    row(
      'calibration error (ECE, 15 bins)',
      overFolds(({ spread }) => spread.ece, decimals),
    ),
    row(
      'the same at temperature 1',
      overFolds(({ spread }) => spread.eceUncalibrated, decimals),
    ),
    row(
      'UA, all clips pooled [95 % of bootstraps]',
      ({ ua, uaInterval: [low, high] }) => `${percent(ua)} [${percent(low)}, ${percent(high)}]`,
    ),
    row(
      'ECE, all clips pooled',
      ({ ece, eceUncalibrated }) => `${decimals(ece)} (${decimals(eceUncalibrated)} at temperature 1)`,
    ),
    row('angry against the rest, AUC, pooled', ({ auc }) =>
      'angry' in auc ? decimals(auc['angry'] as number) : '–',
    ),
    row('abstained', ({ abstention }) => percent(abstention.share)),
    row(
      'WA, UA where it did not',
      ({ abstention }) => `${percent(abstention.wa)}, ${percent(abstention.ua)}`,
    ),
    row('clips', ({ clips }) => String(clips)),
  ]
  const difference = report.int8MinusFloat
    ? [text(`UA, int8 minus float, in points: ${plusMinus(report.int8MinusFloat, points)}.`)]
    : []
  return [
    ...(severalFolds ? [text('Mean over the folds ± standard deviation, where nothing else is said.')] : []),
    table(['', ...names], rows),
    ...difference,
  ]
}

function formBlocks(protocol: string, name: string, form: FormReport): Block[] {
  const key = name.split(' ').length > 1 ? 'restricted' : name
  const several = form.folds.length > 1
  return [
    heading(`${name}: classes`),
    table(
      [
        'class',
        'clips',
        'recall',
        'precision',
        'F1',
        'AUC against the rest',
        ...(several ? ['recall over folds', 'precision over folds'] : []),
      ],
      form.perClass.map((c, k) => {
        const spread = form.perClassSpread[k]
        const overFolds =
          several && spread ? [plusMinus(spread.recall, percent), plusMinus(spread.precision, percent)] : []
        const area = form.auc[c.label]
        return [
          c.label,
          String(c.clips),
          ...(c.clips > 0 ? [c.recall, c.precision, c.f1].map(percent) : ['–', '–', '–']),
          area === undefined ? '–' : decimals(area),
          ...overFolds,
        ]
      }),
    ),
    picture(
      `confusion-${key}`,
      `Confusion matrix, ${name}`,
      confusionSvg(form, `${protocol}, ${name}: UA ${percent(form.ua)}`),
    ),
    picture(
      `reliability-${key}`,
      `Reliability diagram, ${name}`,
      reliabilitySvg(`Is the confidence deserved? ${name}`, [
        { name: `temperature 1, ECE ${decimals(form.eceUncalibrated)}`, bins: form.reliability.uncalibrated },
        { name: `calibrated, ECE ${decimals(form.ece)}`, bins: form.reliability.calibrated },
      ]),
    ),
    ...(several
      ? [
          table(
            ['fold', 'clips', 'UA', 'WA', 'macro F1', 'ECE'],
            form.folds.map((f) => [
              f.name,
              String(f.clips),
              percent(f.ua),
              percent(f.wa),
              percent(f.macroF1),
              decimals(f.ece),
            ]),
          ),
        ]
      : []),
    ...groupTables(form),
    ...(form.bySpeaker.length > 1 ? [speakerPicture(key, form.bySpeaker)] : []),
  ]
}

function groupTables({ byCorpus, bySex, bySpeaker }: FormReport): Block[] {
  const groups: [string, readonly GroupFigures[]][] = [
    ['corpus', byCorpus],
    ['sex', bySex],
    ['speaker', bySpeaker],
  ]
  return groups
    .filter(([, figures]) => figures.length > 1)
    .map(([title, figures]) =>
      table(
        [title, 'clips', 'UA', 'WA'],
        figures.map(({ name, clips, ua, wa }) => [name, String(clips), percent(ua), percent(wa)]),
      ),
    )
}

function speakerPicture(key: string, speakers: readonly GroupFigures[]): Block {
  return picture(
    `speakers-${key}`,
    'UA of each speaker',
    barChartSvg({
      title: 'Speakers, from the worst to the best understood',
      valueName: 'UA, %',
      series: ['UA'],
      ticks: PERCENT_TICKS,
      groups: [...speakers]
        .sort((a, b) => a.ua - b.ua)
        .map(({ name, ua }) => ({ name, bars: [{ value: 100 * ua }] })),
    }),
  )
}

function noiseBlocks({ seed, clean, conditions, uaLostAt10Db }: NoiseReport): Block[] {
  const kinds = [...new Set(conditions.map(({ kind }) => kind))]
  const lines = (pick: (figures: { ua: Spread; ece: Spread }) => number) =>
    kinds.map((name) => ({
      name,
      values: [
        clean,
        ...NOISE_SNRS_DB.map((snr) => conditions.find((c) => c.kind === name && c.snrDb === snr)),
      ].map((figures) => (figures ? pick(figures) : null)),
    }))
  const places = ['clean', ...NOISE_SNRS_DB.map((snr) => `${snr} dB`)]
  return [
    heading('In noise'),
    text(
      `Noise over the whole clip at an SNR over the level of its speech, drawn with seed ${seed}. ` +
        '“unheard” and “heard” are recordings of ESC-10: of the classes that no network hears in training, and of those that it may; ' +
        '“babble” is five other speakers of the corpus at once.' +
        (uaLostAt10Db === null
          ? ''
          : ` Lost at 10 dB, mean over the kinds: ${points(uaLostAt10Db)} points of UA.`),
    ),
    table(
      ['noise', 'SNR', 'UA', 'UA lost', 'ECE'],
      [
        ['clean', '', plusMinus(clean.ua, percent), '', decimals(clean.ece.mean)],
        ...conditions.map(({ kind, snrDb, ua, ece }) => [
          kind,
          `${snrDb} dB`,
          plusMinus(ua, percent),
          points(clean.ua.mean - ua.mean),
          decimals(ece.mean),
        ]),
      ],
    ),
    picture(
      'noise-ua',
      'UA over the SNR',
      lineChartSvg({
        title: 'What noise costs',
        xName: 'speech over noise',
        yName: 'UA, %',
        places,
        yTicks: PERCENT_TICKS,
        series: lines(({ ua }) => 100 * ua.mean),
      }),
    ),
    picture(
      'noise-ece',
      'Calibration error over the SNR',
      lineChartSvg({
        title: 'Calibration in noise',
        xName: 'speech over noise',
        yName: 'ECE',
        places,
        yTicks: [0, 0.1, 0.2, 0.3, 0.4, 0.5],
        series: lines(({ ece }) => ece.mean),
      }),
    ),
  ]
}

function warmBlocks({ clipsHeard, seeds, cold, policies }: WarmReport): Block[] {
  const row = (name: string, { ua, overSeeds }: WarmFigures): string[] => [
    name,
    plusMinus(ua, percent),
    `± ${points(overSeeds.sd)}`,
    points(ua.mean - cold.ua.mean),
  ]
  return [
    heading('Warm'),
    text(
      `Before it judges, the device hears ${clipsHeard} clips of the same speaker, drawn with seeds ${seeds.join(', ')}; ` +
        'their labels are not used, and they are not scored. Cold is on the same scored clips.',
    ),
    table(
      ['', 'UA, over folds', 'over seeds', 'points over cold'],
      [
        row('cold', cold),
        row('warm, learning from what it judges neutral', policies.neutral),
        row('warm, learning from all', policies.all),
      ],
    ),
  ]
}

/** A single value has no spread to tell. */
function plusMinus({ mean, sd, count }: Spread, show: (value: number) => string): string {
  return count > 1 ? `${show(mean).replace(' %', '')} ± ${show(sd)}` : show(mean)
}

function decimals(value: number): string {
  return value.toFixed(3)
}

/** Points of a share in per cent, with its sign's true minus. */
function points(share: number): string {
  return (100 * share).toFixed(1).replace('-', '−')
}
