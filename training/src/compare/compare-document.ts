import { confusionSvg, percent } from '../evaluate/confusion-svg.js'
import { barChartSvg } from '../report/bar-chart-svg.js'
import { heading, picture, table, text, type Block, type ReportDocument } from '../report/document.js'
import { provenanceTable } from '../report/provenance.js'
import { COMPARED_SPLITS, type ComparedNetwork, type CompareReport } from './compare-report.js'
import { PUBLISHED_ON_RANDOM_SPLITS } from './published.js'

/** The comparison as it is read. */
export function compareDocument(report: CompareReport): ReportDocument {
  const { networks, recipe, provenance, notes } = report
  return {
    title: 'Architectures compared on RAVDESS',
    blocks: [
      text(
        `Every network was trained by the same recipe for the same ${recipe.epochs} epochs, on the training clips of one seeded random split ` +
          '(the protocol of most published figures: every actor is heard in training) and of EmoBox’s fold 1 (four actors whom the network never heard), ' +
          'and judged on the test clips of each. Float networks, cold, eight classes, last epoch; nothing was chosen on test clips.',
      ),
      ...notes.map(text),
      resultsTable(networks),
      text(
        'UA: mean recall of the classes, with the 95 % interval of 500 bootstraps over the test clips; ± of the accuracy: 95 % of a binomial. ' +
          'They tell what the choice of test clips weighs, for one training each; another seed or another fold moves a figure too. ' +
          'Two networks whose intervals overlap are not told apart by this.',
      ),
      uaPicture(networks),
      heading('What it costs'),
      costTable(networks),
      text(
        'Parameters and multiply-accumulates (of one decision window of 3 s) as deployed, batch normalisation folded. ' +
          'Artefact bytes: manifest, int8 weights and a golden vector; ≈ marks networks that the int8 engine does not run, at a byte a weight. ' +
          'Training: processor time, one thread, both splits.',
      ),
      heading('Beside the literature'),
      literatureTable(networks),
      text(meaning(networks)),
      ...networks.flatMap(networkBlocks),
      heading('Where the figures come from'),
      provenanceTable(provenance),
    ],
  }
}

function resultsTable(networks: readonly ComparedNetwork[]): Block {
  const head = COMPARED_SPLITS.flatMap(({ title }) =>
    ['UA', 'accuracy', 'precision', 'recall', 'F1'].map((name) => `${name}, ${title}`),
  )
  return table(
    ['network', ...head],
    networks.map(({ architecture, splits }) => [
      architecture,
      ...COMPARED_SPLITS.flatMap(({ key }) => {
        const { ua, uaInterval, wa, waHalfWidth, precision, macroF1 } = splits[key]
        return [
          `${number(ua)} [${number(uaInterval[0])}, ${number(uaInterval[1])}]`,
          `${number(wa)} ± ${number(waHalfWidth)}`,
          number(precision),
          number(ua),
          number(macroF1),
        ]
      }),
    ]),
  )
}

function costTable(networks: readonly ComparedNetwork[]): Block {
  return table(
    ['network', 'parameters', 'MMAC', 'artefact, kB', 'training, min'],
    networks.map(({ architecture, parameters, macs, artefactBytes, isQuantized, splits }) => [
      architecture,
      parameters.toLocaleString('en'),
      (macs / 1e6).toFixed(2),
      `${isQuantized ? '' : '≈ '}${Math.round(artefactBytes / 1000)}`,
      ((splits.random.trainingS + splits.unseen.trainingS) / 60).toFixed(1),
    ]),
  )
}

function uaPicture(networks: readonly ComparedNetwork[]): Block {
  return picture(
    'ua',
    'UA of each network on both splits',
    barChartSvg({
      title: 'Recognised: speakers known and unknown',
      valueName: 'UA, %, with the 95 % interval over clips',
      series: COMPARED_SPLITS.map(({ title }) => title),
      ticks: [0, 20, 40, 60, 80, 100],
      groups: networks.map(({ architecture, splits }) => ({
        name: architecture,
        bars: COMPARED_SPLITS.map(({ key }) => {
          const { ua, uaInterval } = splits[key]
          return { value: 100 * ua, interval: [100 * uaInterval[0], 100 * uaInterval[1]] as const }
        }),
      })),
    }),
  )
}

function literatureTable(networks: readonly ComparedNetwork[]): Block {
  const rows = PUBLISHED_ON_RANDOM_SPLITS.flatMap(({ family, accuracy, ours }) =>
    networks
      .filter(({ architecture }) => ours.some((name) => name === architecture))
      .map(({ architecture, splits }) => [
        `${family}: ${architecture}`,
        percent(accuracy),
        `${number(splits.random.wa)} ± ${number(splits.random.waHalfWidth)}`,
        `${number(splits.unseen.wa)} ± ${number(splits.unseen.waHalfWidth)}`,
        number(splits.random.wa - splits.unseen.wa),
      ]),
  )
  return table(
    ['family', 'published, random split', 'here, random split', 'here, unseen speakers', 'points lost'],
    rows,
  )
}

/** What the table means, in its own figures. */
export function meaning(networks: readonly ComparedNetwork[]): string {
  const lost = networks.map(({ splits }) => 100 * (splits.random.wa - splits.unseen.wa))
  if (lost.length === 0) return 'No network was compared.'
  const mean = lost.reduce((sum, x) => sum + x, 0) / lost.length
  return (
    `The accuracy that the literature reports for RAVDESS is that of random splits, in which the network has heard the same actors say the same two sentences in training. ` +
    `Speakers whom it has not heard cost the networks here ${mean.toFixed(0)} points of accuracy on average (${Math.min(...lost).toFixed(0)} to ${Math.max(...lost).toFixed(0)}): ` +
    'that part of a random split’s figure is knowledge of the speakers, and is not there for a new person in front of a device. ' +
    'Compare only figures of one protocol, and expect those of unseen speakers.'
  )
}

function networkBlocks({ architecture, splits }: ComparedNetwork): Block[] {
  return [
    heading(architecture),
    ...COMPARED_SPLITS.map(({ key, title }) =>
      picture(
        `confusion-${architecture.replaceAll(/[^\w-]+/g, '-')}-${key}`,
        `Confusion matrix of ${architecture}, ${title}`,
        confusionSvg(splits[key], `${architecture}, ${title}: UA ${percent(splits[key].ua)}`),
      ),
    ),
  ]
}

function number(share: number): string {
  return (100 * share).toFixed(1).replace('-', '−')
}
