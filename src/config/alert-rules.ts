import { FATIGUE_SCORE, parseScore } from '../affect/alerts/alert-score.js'
import { isJsonObject } from '../hostile-json.js'
import { integerBetween, numberBetween, textLike, type Format } from './format.js'

/** A rule as it is configured: of one in `alerts.rules` only `score` and `enter` must be there. */
export interface RuleSettings {
  readonly score: string
  readonly enter: number
  readonly exit: number
  readonly hits: number
  readonly of: number
  readonly within_s: number
  readonly min_duration_s: number
  readonly cooldown_s: number
}

export type FurtherRules = Readonly<Record<string, Partial<RuleSettings>>>

/** What a rule's fields take, for those with a group of their own and for those in `alerts.rules`. */
export const RULE_FORMATS: { readonly [F in keyof RuleSettings]: Format<RuleSettings[F]> } = {
  score: withScores(
    textLike(
      'a label, several joined by +, arousal, valence, -arousal, -valence or fatigue',
      /^(-?(arousal|valence)|[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*)$/,
      200,
    ),
  ),
  enter: numberBetween(-1, 1),
  exit: numberBetween(-1, 1),
  hits: integerBetween(1, 100),
  of: integerBetween(1, 100),
  within_s: numberBetween(1, 86_400, 's'),
  min_duration_s: numberBetween(0, 3600, 's'),
  cooldown_s: numberBetween(0, 86_400, 's'),
}

/** What a rule in `alerts.rules` has where it says nothing; `exit` is then 0.15 below its `enter`. */
export const RULE_DEFAULTS: Omit<RuleSettings, 'score' | 'enter' | 'exit'> = Object.freeze({
  hits: 2,
  of: 3,
  within_s: 30,
  min_duration_s: 3,
  cooldown_s: 60,
})
/** One assessment stands for minutes of speech, and the next comes after as many: one is enough, for an hour. */
export const FATIGUE_RULE_DEFAULTS: typeof RULE_DEFAULTS = Object.freeze({
  hits: 1,
  of: 1,
  within_s: 3600,
  min_duration_s: 0,
  cooldown_s: 1800,
})
const EXIT_BELOW_ENTER = 0.15

export const MAX_FURTHER_RULES = 16
/** One topic level and the end of an entity's id. */
const KIND = /^[a-z][a-z0-9_]{0,31}$/
const NAMED_FIELDS = Object.keys(RULE_FORMATS) as readonly (keyof RuleSettings)[]

/** The rules by name; of each field whether it is one of a rule's and within its bounds. */
export const furtherRules: Format<FurtherRules> = {
  allowed:
    `an object of at most ${MAX_FURTHER_RULES} rules by name (a-z 0-9 _, not anger or fatigue), each an object with score (${RULE_FORMATS.score.allowed}) and enter, ` +
    'and if wanted exit, hits, of, within_s, min_duration_s, cooldown_s',
  jsonSchema: {
    type: 'object',
    maxProperties: MAX_FURTHER_RULES,
    propertyNames: { pattern: KIND.source, not: { enum: ['anger', 'fatigue'] } },
    additionalProperties: {
      type: 'object',
      required: ['score', 'enter'],
      additionalProperties: false,
      properties: Object.fromEntries(NAMED_FIELDS.map((name) => [name, RULE_FORMATS[name].jsonSchema])),
    },
    examples: [{}, { distress: { score: 'sad+fearful', enter: 0.6, hits: 3, of: 5 } }],
  },
  accepts: (value): value is FurtherRules =>
    isJsonObject(value) &&
    Object.keys(value).length <= MAX_FURTHER_RULES &&
    Object.entries(value).every(
      ([kind, rule]) => KIND.test(kind) && kind !== 'anger' && kind !== 'fatigue' && isRule(rule),
    ),
  parse(text) {
    try {
      const value = JSON.parse(text) as unknown
      return furtherRules.accepts(value) ? value : undefined
    } catch {
      return undefined
    }
  },
}

/** A rule of `alerts.rules` with every field it left out. */
export function completed({ score = '', enter = 1, ...given }: Partial<RuleSettings>): RuleSettings {
  const defaults = score === FATIGUE_SCORE ? FATIGUE_RULE_DEFAULTS : RULE_DEFAULTS
  // A window of fewer than `hits` would never be enough.
  const hits = given.hits ?? Math.min(defaults.hits, given.of ?? Infinity)
  return {
    ...defaults,
    exit: Math.max(-1, enter - EXIT_BELOW_ENTER),
    ...given,
    hits,
    of: given.of ?? Math.max(defaults.of, hits),
    score,
    enter,
  }
}

function isRule(value: unknown): boolean {
  if (!isJsonObject(value)) return false
  const { score, enter } = value
  return (
    score !== undefined &&
    enter !== undefined &&
    Object.entries(value).every(
      ([name, field]) =>
        Object.hasOwn(RULE_FORMATS, name) && RULE_FORMATS[name as keyof RuleSettings].accepts(field),
    )
  )
}

/** The pattern lets through what names a label twice. */
function withScores(format: Format<string>): Format<string> {
  const accepts = (value: unknown): value is string =>
    format.accepts(value) && parseScore(value) !== undefined
  const jsonSchema = { ...format.jsonSchema, examples: ['angry', 'angry+disgust', '-valence'] }
  return { ...format, jsonSchema, accepts, parse: (text) => (accepts(text) ? text : undefined) }
}
