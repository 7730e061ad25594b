import { markdownTable } from '../markdown-table.js'
import { UNIFIED_LABELS, type Clip } from './clip.js'
import type { CorpusStats } from './corpus-stats.js'
import type { Corpus } from './corpus.js'

/** One row of the report. */
export interface CorpusReport {
  readonly corpus: Pick<Corpus, 'name' | 'title' | 'language' | 'licence' | 'source' | 'leftOut'>
  /** `null` if the corpus is absent. */
  readonly stats: CorpusStats | null
}

/** The corpora as Markdown: what they are, their classes, and the recordings that they hold twice. */
export function statsTable(
  reports: readonly CorpusReport[],
  duplicates: readonly (readonly Clip[])[],
): string {
  return [
    markdownTable(
      ['corpus', 'language', 'clips', 'hours', 'speakers', 'a clip lasts (s)', 'licence'],
      reports.map(({ corpus, stats }) =>
        stats
          ? [
              corpus.title,
              corpus.language,
              String(stats.clips),
              stats.hours.toFixed(2),
              speakersCell(stats),
              `${seconds(stats.durationS.min)}, ${seconds(stats.durationS.median)}, ${seconds(stats.durationS.max)}`,
              corpus.licence,
            ]
          : [corpus.title, corpus.language, 'absent', '', '', '', corpus.licence],
      ),
    ),
    'A clip lasts: shortest, median, longest.',
    markdownTable(
      ['clips of', ...UNIFIED_LABELS],
      reports.flatMap(({ corpus, stats }) =>
        stats ? [[corpus.title, ...UNIFIED_LABELS.map((label) => String(stats.classes[label] ?? '–'))]] : [],
      ),
    ),
    duplicateLines(reports, duplicates),
  ].join('\n\n')
}

function duplicateLines(reports: readonly CorpusReport[], duplicates: readonly (readonly Clip[])[]): string {
  if (duplicates.length === 0) return 'No recording is there twice.\n'
  const leftOut = reports.flatMap(({ corpus }) => corpus.leftOut.map((name) => `${corpus.name}/${name}`))
  const lines = duplicates.map((clips) => {
    const names = clips.map(({ corpus, name }) => `${corpus}/${name}`)
    const spared = names.filter((name) => leftOut.includes(name)).map((name) => ` (${name} is left out)`)
    return `- ${names.join(' = ')}${spared.join('')}`
  })
  return ['Recordings that are there twice, sample for sample:', '', ...lines, ''].join('\n')
}

function speakersCell({ speakers: { female, male, unknown } }: CorpusStats): string {
  const bySex = [`${female} f`, `${male} m`, ...(unknown > 0 ? [`${unknown} unknown`] : [])]
  return `${female + male + unknown} (${bySex.join(', ')})`
}

function seconds(duration: number): string {
  return duration.toFixed(1)
}
