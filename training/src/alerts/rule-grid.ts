import type { AlertRule } from '../../../src/affect/alerts/alert-rule.js'
import { DEFAULT_GATE_PARAMS } from '../../../src/gate/gate-params.js'

/** Rules that are tried, the simplest first: of rules that do equally well the first is taken. */
export function ruleGrid(): AlertRule[] {
  return SCORES.flatMap(({ score, enters, exitOf }) =>
    COUNTS.flatMap(({ hits, of }) =>
      WITHIN_S.flatMap((withinS) =>
        MIN_DURATION_S.filter((minDurationS) => minDurationS <= longestSpanS(of)).flatMap((minDurationS) =>
          enters.map((enter) => ({
            kind: 'anger',
            score,
            enter,
            exit: exitOf(enter),
            hits,
            of,
            withinS,
            minDurationS,
            cooldownS: COOLDOWN_S,
          })),
        ),
      ),
    ),
  )
}

/** Every single decision that says anger, told at once: what there would be without rules. */
export const EVERY_DECISION: Omit<AlertRule, 'enter' | 'exit'> = {
  kind: 'anger',
  score: 'angry',
  hits: 1,
  of: 1,
  withinS: 10,
  minDurationS: 0,
  cooldownS: 0,
}

/**
 * What so many windows span of speech without a pause. A rule that asks for more is raised only where pauses stretch
 * them: somebody who shouts on and on would not raise it.
 */
export function longestSpanS(of: number): number {
  const { windowMs, windowHopMs } = DEFAULT_GATE_PARAMS
  return (windowMs + (of - 1) * windowHopMs) / 1000
}

/** Not searched for: it is a choice of how often somebody is to be told of one quarrel. */
const COOLDOWN_S = 60

interface ScoreGrid {
  readonly score: string
  readonly enters: readonly number[]
  /** Hysteresis is not searched for either. */
  readonly exitOf: (enter: number) => number
}

const PROBABILITIES = [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]
const COARSE = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
const COORDINATES = [0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75]

function half(enter: number): number {
  return Math.round(500 * enter) / 1000
}

const SCORES: readonly ScoreGrid[] = [
  { score: 'angry', enters: PROBABILITIES, exitOf: half },
  { score: 'angry+disgust', enters: COARSE, exitOf: half },
  { score: 'angry+fearful', enters: COARSE, exitOf: half },
  { score: 'arousal', enters: COORDINATES, exitOf: half },
  { score: '-valence', enters: COORDINATES, exitOf: half },
]

const COUNTS = [
  { hits: 1, of: 1 },
  { hits: 2, of: 2 },
  { hits: 2, of: 3 },
  { hits: 3, of: 3 },
  { hits: 2, of: 4 },
  { hits: 3, of: 4 },
  { hits: 3, of: 5 },
  { hits: 4, of: 5 },
  { hits: 3, of: 6 },
  { hits: 4, of: 6 },
] as const

const WITHIN_S = [30, 60]
const MIN_DURATION_S = [0, 3, 6, 10]
