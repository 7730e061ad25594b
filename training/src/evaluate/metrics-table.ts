import { percent } from './confusion-svg.js'
import type { Metrics } from './metrics.js'

/** The evaluation as Markdown: a column a form of the network, then recall, precision and F1 of each class. */
export function metricsTable(forms: Readonly<Record<string, Metrics>>): string {
  const names = Object.keys(forms)
  const all = Object.values(forms)
  const row = (title: string, cell: (m: Metrics) => string): string =>
    `| ${title} | ${all.map(cell).join(' | ')} |`
  const lines = [
    `| | ${names.join(' | ')} |`,
    `| --- |${' --- |'.repeat(names.length)}`,
    row('UA', (m) => percent(m.ua)),
    row('WA', (m) => percent(m.wa)),
    row('macro F1', (m) => percent(m.macroF1)),
    row('calibration error (ECE, 15 bins)', (m) => m.ece.toFixed(3)),
    row('clips', (m) => String(m.clips)),
  ]
  for (const [name, metrics] of Object.entries(forms)) {
    lines.push('', `| class (${name}) | clips | recall | precision | F1 |`, '| --- | --- | --- | --- | --- |')
    for (const c of metrics.perClass) {
      lines.push(
        `| ${c.label} | ${c.clips} | ${percent(c.recall)} | ${percent(c.precision)} | ${percent(c.f1)} |`,
      )
    }
  }
  return `${lines.join('\n')}\n`
}
