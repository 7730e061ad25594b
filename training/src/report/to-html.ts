import { escapeHtml } from '../../../src/cli/report/escape.js'
import { pageHead } from '../../../src/cli/report/page-head.js'
import { REPORT_STYLE } from '../../../src/cli/report/style.js'
import type { Block, ReportDocument } from './document.js'

const OWN_STYLE = `
img{display:block;max-width:100%;height:auto;margin:12px 0;border-radius:6px}
.pictures{display:flex;flex-wrap:wrap;gap:8px 20px;align-items:flex-start}
p{max-width:96ch;overflow-wrap:anywhere}
`

/**
 * The report as one page that loads nothing from anywhere. Pictures are images rather than part of the page, so that
 * their colours stay their own when the page is dark.
 */
export function toHtml({ title, blocks }: ReportDocument): string {
  return `${pageHead(title, `${REPORT_STYLE}${OWN_STYLE}`)}<h1>${escapeHtml(title)}</h1>
${runsOf(blocks)
  .map((run) => (run[0]?.kind === 'picture' ? pictures(run) : run.map(blockHtml).join('\n')))
  .join('\n')}
</main>
</body>
</html>
`
}

/** Pictures that follow one another stand side by side where there is room. */
function runsOf(blocks: readonly Block[]): Block[][] {
  const runs: Block[][] = []
  for (const block of blocks) {
    const last = runs.at(-1)
    if (last && (last[0]?.kind === 'picture') === (block.kind === 'picture')) last.push(block)
    else runs.push([block])
  }
  return runs
}

function pictures(run: readonly Block[]): string {
  return `<div class="pictures">${run.map(blockHtml).join('\n')}</div>`
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escapeHtml(block.text)}</h2>`
    case 'text':
      return `<p>${escapeHtml(block.text)}</p>`
    case 'table':
      return tableHtml(block.head, block.rows)
    case 'picture':
      return `<img alt="${escapeHtml(block.alt)}" src="data:image/svg+xml;base64,${Buffer.from(block.svg).toString('base64')}">`
  }
}

function tableHtml(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const headCells = head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`)
  const body = rows.map(([first = '', ...rest]) => {
    const cells = rest.map((cell) => `<td>${escapeHtml(cell)}</td>`)
    return `<tr><th scope="row">${escapeHtml(first)}</th>${cells.join('')}</tr>`
  })
  return `<div class="scroll"><table>
<thead><tr>${headCells.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table></div>`
}
