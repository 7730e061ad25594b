// Turns a terminal's output (stdin, with colours) into a page that looks like a terminal, for docs/images/demo.png:
//
//   script -qec 'node bin/affectd.js demo' /dev/null | node scripts/demo-picture.js > /tmp/demo.html
//   chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=980,740 \
//     --screenshot=docs/images/demo.png file:///tmp/demo.html
import { readFileSync } from 'node:fs'

const COLOURS = {
  30: '#6e7681',
  31: '#ff7b72',
  32: '#7ee787',
  33: '#f2cc60',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
  37: '#c9d1d9',
  90: '#8b949e',
  91: '#ffa198',
  92: '#7ee787',
  93: '#f2cc60',
  94: '#a5d6ff',
  95: '#e2c5ff',
  96: '#b3f0ff',
  97: '#f0f6fc',
}

/** Text with SGR sequences as HTML; other control sequences are dropped. */
function terminalHtml(text) {
  let style = ''
  let html = ''
  for (const part of text.split(/(\u001b\[[0-9;?]*[A-Za-z])/)) {
    const sequence = /^\u001b\[([0-9;]*)m$/.exec(part)
    if (sequence) style = nextStyle(style, sequence[1] === '' ? [0] : sequence[1].split(';').map(Number))
    else if (!part.startsWith('\u001b'))
      html += style === '' ? escape(part) : `<span style="${style}">${escape(part)}</span>`
  }
  return html
}

function nextStyle(style, codes) {
  let next = style
  for (const code of codes) {
    if (code === 0 || code === 39) next = ''
    else if (code === 1) next += 'font-weight:600;'
    else if (code === 2) next += 'opacity:.65;'
    else if (COLOURS[code]) next += `color:${COLOURS[code]};`
  }
  return next
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\r', '')
}

process.stdout.write(`<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 14px; background: #0d1117 }
pre { margin: 0; font: 14px/1.45 'DejaVu Sans Mono', monospace; color: #c9d1d9 }
</style><pre>${terminalHtml(`$ npm run demo\n\n${readFileSync(0, 'utf8')}`)}</pre>
`)
