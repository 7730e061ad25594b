/**
 * Mid-luminance, so that each stands out by 3:1 and more from a white page and from a nearly black one (WCAG 2.2,
 * 1.4.11). Never the only carrier: the label's name stands beside it.
 */
const COLOURS: Readonly<Record<string, string>> = {
  neutral: '#7a828e',
  calm: '#16877a',
  happy: '#a87900',
  sad: '#3a78d6',
  angry: '#d6352b',
  fearful: '#8f5ad6',
  disgust: '#4d8a22',
  surprised: '#cf5a17',
}

const OTHERS = ['#b0479a', '#0e84a8', '#94692d', '#6a6fd0', '#8a7d0a', '#c24466']

/** @param index of the label in the model's order: chooses for a label that has no colour of its own */
export function labelColour(label: string, index: number): string {
  return Object.hasOwn(COLOURS, label) ? COLOURS[label] : OTHERS[Math.max(0, index) % OTHERS.length]
}
