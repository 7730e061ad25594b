import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { picturesOf, type ReportDocument } from './document.js'
import { toHtml } from './to-html.js'
import { toMarkdown } from './to-markdown.js'

/** Of the files, without their endings: one name, or one each. */
export type ReportNames = string | { readonly figures: string; readonly text: string }

/**
 * Writes a report into a folder: the figures as JSON, the text as Markdown with its pictures beside it, and all of it
 * in one `report.html`.
 */
export function writeReport(
  folder: string,
  names: ReportNames,
  figures: unknown,
  document: ReportDocument,
): void {
  const named = typeof names === 'string' ? { figures: names, text: names } : names
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${named.figures}.json`), `${JSON.stringify(figures, null, 2)}\n`)
  writeFileSync(join(folder, `${named.text}.md`), toMarkdown(document))
  for (const { name: picture, svg } of picturesOf(document))
    writeFileSync(join(folder, `${picture}.svg`), svg)
  writeFileSync(join(folder, 'report.html'), toHtml(document))
}
