/** Coordinates on the circumplex of affect, both in [−1, 1]. */
export interface ArousalValence {
  readonly arousal: number
  readonly valence: number
}

/**
 * Where we place the labels on the circumplex: pleasant to the right, activated upwards, in the quadrants and the
 * order that Russell gives emotion words; to the nearest 0.05, by judgement. Disgust and surprise are not on his
 * circle. A convention, not a measurement: arousal and valence are derived from the label probabilities and carry
 * nothing beyond them.
 *
 * @see Russell 1980, "A circumplex model of affect"
 */
const CIRCUMPLEX: ReadonlyMap<string, ArousalValence> = new Map(
  Object.entries({
    neutral: { arousal: 0, valence: 0 },
    calm: { arousal: -0.65, valence: 0.55 },
    happy: { arousal: 0.5, valence: 0.8 },
    sad: { arousal: -0.4, valence: -0.75 },
    angry: { arousal: 0.8, valence: -0.6 },
    fearful: { arousal: 0.75, valence: -0.65 },
    disgust: { arousal: 0.35, valence: -0.7 },
    surprised: { arousal: 0.8, valence: 0.2 },
    bored: { arousal: -0.65, valence: -0.35 },
  }),
)

const ORIGIN: ArousalValence = { arousal: 0, valence: 0 }

/**
 * Expected arousal and valence under the probabilities; a label that has no place counts as the origin.
 *
 * @param probabilities by label; sum to 1
 */
export function expectedArousalValence(probabilities: Readonly<Record<string, number>>): ArousalValence {
  let arousal = 0
  let valence = 0
  for (const [label, probability] of Object.entries(probabilities)) {
    const place = CIRCUMPLEX.get(label) ?? ORIGIN
    arousal += probability * place.arousal
    valence += probability * place.valence
  }
  return { arousal: clampToUnit(arousal), valence: clampToUnit(valence) }
}

/** Probabilities may sum to a hair more than 1. */
function clampToUnit(x: number): number {
  return Math.max(-1, Math.min(1, x))
}
