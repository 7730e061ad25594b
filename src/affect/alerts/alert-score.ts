import type { Judgement } from '../judgement.js'

/** What of a decision a score is made of. */
type Scored = Pick<Judgement, 'probabilities' | 'arousal' | 'valence'>

/** How a rule's score is had: from a decision, or from the fatigue indicator. */
export type AlertScore =
  | { readonly of: 'decision'; readonly labels: readonly string[]; scoreOf(decision: Scored): number }
  | { readonly of: 'fatigue' }

export const FATIGUE_SCORE = 'fatigue'
const LABEL = /^[a-z][a-z0-9_]*$/
const SIGNED = /^(-?)(arousal|valence)$/

/**
 * Reads a rule's score:
 *
 * | text | is | range |
 * | --- | --- | --- |
 * | `angry` | probability of the label | 0 … 1 |
 * | `angry+disgust` | of the labels together | 0 … 1 |
 * | `arousal`, `valence` | the coordinate | −1 … 1 |
 * | `-arousal`, `-valence` | how calm, how unpleasant: the coordinate's negative | −1 … 1 |
 * | `fatigue` | the vocal fatigue indicator's score (experimental) | 0 … 1 |
 *
 * A label that the model does not have is a mistake of whoever configures the rule, and for the caller to find in
 * `labels`.
 *
 * @returns undefined if it is none of these
 */
export function parseScore(text: string): AlertScore | undefined {
  if (text === FATIGUE_SCORE) return { of: 'fatigue' }
  const signed = SIGNED.exec(text)
  if (signed !== null) {
    const sign = signed[1] === '-' ? -1 : 1
    const coordinate = signed[2] as 'arousal' | 'valence'
    return { of: 'decision', labels: [], scoreOf: (decision) => sign * decision[coordinate] }
  }
  const labels = text.split('+')
  if (!labels.every((label) => LABEL.test(label)) || new Set(labels).size < labels.length) return undefined
  if (labels.some((label) => label === FATIGUE_SCORE || SIGNED.test(label))) return undefined
  return {
    of: 'decision',
    labels,
    scoreOf: ({ probabilities }) => labels.reduce((sum, label) => sum + (probabilities[label] ?? 0), 0),
  }
}
