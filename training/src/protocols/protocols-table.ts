import type { Clip } from '../corpora/clip.js'
import { markdownTable } from '../markdown-table.js'
import { splitFingerprint } from './fingerprint.js'
import { versionedName } from './protocol-by-name.js'
import type { Protocol } from './protocol.js'

/** A protocol in figures, over the clips that are at hand. */
export interface ProtocolReport {
  readonly protocol: string
  readonly doc: string
  readonly speakerIndependent: boolean
  readonly labels: readonly string[]
  readonly warnings: readonly string[]
  /** Each fold with its inner split; empty if a corpus that it needs is absent. */
  readonly folds: readonly FoldReport[]
  /** Of the folds and their inner splits; `null` without folds. */
  readonly fingerprint: string | null
}

export interface FoldReport {
  readonly fold: string
  readonly train: SideReport
  readonly test: SideReport
  readonly innerTrain: SideReport
  readonly innerTest: SideReport
}

export interface SideReport {
  readonly clips: number
  readonly speakers: number
}

/** @param clips `null` if a corpus that the protocol needs is absent */
export function protocolReport(
  protocol: Protocol,
  clips: readonly Clip[] | null,
  warnings: readonly string[],
): ProtocolReport {
  const folds = clips ? protocol.folds(clips) : []
  const inner = folds.map((fold) => protocol.inner(fold))
  return {
    protocol: versionedName(protocol),
    doc: protocol.doc,
    speakerIndependent: protocol.speakerIndependent,
    labels: protocol.labels,
    warnings,
    folds: folds.map((fold, i) => ({
      fold: fold.fold,
      train: sideOf(fold.train),
      test: sideOf(fold.test),
      innerTrain: sideOf(inner[i]?.train ?? []),
      innerTest: sideOf(inner[i]?.test ?? []),
    })),
    fingerprint: clips ? splitFingerprint([...folds, ...inner]) : null,
  }
}

function sideOf(clips: readonly Clip[]): SideReport {
  return {
    clips: clips.length,
    speakers: new Set(clips.map(({ corpus, speaker }) => `${corpus}/${speaker}`)).size,
  }
}

/** The protocols as Markdown. Sizes are the least and the greatest of the folds. */
export function protocolsTable(reports: readonly ProtocolReport[]): string {
  const lines = [
    markdownTable(
      [
        'protocol',
        'folds',
        'classes',
        'speakers apart',
        'train',
        'test',
        'inner train',
        'inner test',
        'fingerprint',
      ],
      reports.map(({ protocol, folds, labels, speakerIndependent, fingerprint }) => [
        protocol,
        folds.length > 0 ? String(folds.length) : 'corpus absent',
        String(labels.length),
        speakerIndependent ? 'yes' : 'no',
        range(folds.map((fold) => fold.train)),
        range(folds.map((fold) => fold.test)),
        range(folds.map((fold) => fold.innerTrain)),
        range(folds.map((fold) => fold.innerTest)),
        fingerprint?.slice(0, 12) ?? '',
      ]),
    ),
    'Sizes are clips (speakers), the least and the greatest of the folds.',
    reports.map(({ protocol, doc }) => `- ${protocol}: ${doc}`).join('\n'),
  ]
  const warnings = reports.flatMap((report) => report.warnings).map((warning) => `- ${warning}`)
  if (warnings.length > 0) lines.push(['Mind:', '', ...warnings].join('\n'))
  return `${lines.join('\n\n')}\n`
}

function range(sides: readonly SideReport[]): string {
  if (sides.length === 0) return ''
  const span = (values: readonly number[]): string =>
    [...new Set([Math.min(...values), Math.max(...values)])].join('–')
  return `${span(sides.map((side) => side.clips))} (${span(sides.map((side) => side.speakers))})`
}
