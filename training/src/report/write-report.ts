import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { picturesOf, type ReportDocument } from './document.js'
import { toHtml } from './to-html.js'
import { toMarkdown } from './to-markdown.js'

/**
 * Writes a report into a folder: the figures as `<name>.json`, `<name>.md` with its pictures beside it, and all of it
 * in one `report.html`.
 */
export function writeReport(folder: string, name: string, figures: unknown, document: ReportDocument): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(figures, null, 2)}\n`)
  writeFileSync(join(folder, `${name}.md`), toMarkdown(document))
  for (const { name: picture, svg } of picturesOf(document))
    writeFileSync(join(folder, `${picture}.svg`), svg)
  writeFileSync(join(folder, 'report.html'), toHtml(document))
}
