import t from 'tap'
import { labelColour } from '../../../src/cli/report/label-colour.js'

/** WCAG 2.2, relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high + 0.05) / (low + 0.05)
}

const LABELS = ['neutral', 'calm', 'happy', 'sad', 'angry', 'fearful', 'disgust', 'surprised']

t.test('every colour stands out by 3:1 from the light and from the dark page', async (t) => {
  const others = Array.from({ length: 6 }, (_, i) => labelColour('other', i))
  for (const colour of [...LABELS.map((label, i) => labelColour(label, i)), ...others]) {
    t.ok(contrast(colour, '#ffffff') >= 3, `${colour} on white: ${contrast(colour, '#ffffff').toFixed(2)}`)
    t.ok(contrast(colour, '#14171b') >= 3, `${colour} on dark: ${contrast(colour, '#14171b').toFixed(2)}`)
  }
})

t.test('the eight labels have eight colours, and any other has one too', async (t) => {
  t.equal(new Set(LABELS.map((label, i) => labelColour(label, i))).size, LABELS.length)
  for (const label of ['boredom', '__proto__', 'constructor', ''])
    t.match(labelColour(label, 40), /^#[0-9a-f]{6}$/)
  t.match(labelColour('unknown', -1), /^#/)
})
