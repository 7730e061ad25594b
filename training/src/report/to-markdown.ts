import { markdownTable } from '../markdown-table.js'
import type { Block, ReportDocument } from './document.js'

/** The report as Markdown; pictures are links to the SVG files beside it. */
export function toMarkdown({ title, blocks }: ReportDocument): string {
  return `${[`# ${title}`, ...blocks.map((block) => blockText(block, true))].join('\n\n')}\n`
}

/** The same without its pictures, for a terminal. */
export function toTerminal({ title, blocks }: ReportDocument): string {
  const shown = blocks.filter(({ kind }) => kind !== 'picture')
  return `${[title, ...shown.map((block) => blockText(block, false))].join('\n\n')}\n`
}

function blockText(block: Block, isMarkdown: boolean): string {
  switch (block.kind) {
    case 'heading':
      return isMarkdown ? `## ${block.text}` : block.text
    case 'text':
      return block.text
    case 'table':
      return markdownTable(
        block.head,
        block.rows.map((row) => row.map(escapeCell)),
      )
    case 'picture':
      return `![${block.alt}](${block.name}.svg)`
  }
}

function escapeCell(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
