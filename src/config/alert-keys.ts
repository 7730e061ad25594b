import {
  FATIGUE_RULE_DEFAULTS,
  furtherRules,
  RULE_FORMATS,
  type FurtherRules,
  type RuleSettings,
} from './alert-rules.js'
import { trueOrFalse } from './format.js'
import { tunable, type KeySpec, type SchemaTree } from './key-spec.js'

/** Chosen on speakers that the models had not heard: docs/reports/alerts/report.md. */
const ANGER: RuleSettings = Object.freeze({
  score: 'angry',
  enter: 0.55,
  exit: 0.275,
  hits: 2,
  of: 3,
  within_s: 30,
  min_duration_s: 6,
  cooldown_s: 60,
})

/** The indicator itself waits for its evidence (docs/fatigue.md), so one assessment raises it. */
const FATIGUE: RuleSettings = Object.freeze({
  ...FATIGUE_RULE_DEFAULTS,
  score: 'fatigue',
  enter: 0.5,
  exit: 0.25,
})

/** Rules that raise alerts: two that are ready, and those that somebody adds. */
export const ALERT_KEYS = {
  anger: ruleKeys('Whether alert/anger is raised.', ANGER),
  fatigue: ruleKeys(
    'Whether alert/fatigue is raised: the vocal fatigue indicator (experimental), a change from the speaker’s own baseline.',
    FATIGUE,
  ),
  rules: tunable<FurtherRules>(
    'Further rules by name, each with its topic alert/<name>, such as {"distress": {"score": "sad+fearful", "enter": 0.6}}. Text in the environment and on the command line is JSON.',
    furtherRules,
    {},
  ),
} satisfies SchemaTree

function ruleKeys(
  doc: string,
  rule: RuleSettings,
): { readonly [F in keyof RuleSettings]: KeySpec<RuleSettings[F]> } & { readonly enabled: KeySpec<boolean> } {
  return {
    enabled: tunable(doc, trueOrFalse(), true),
    score: tunable(
      'What is watched: a label, several joined by + (their sum), arousal, valence, their negatives -arousal and -valence, or fatigue.',
      RULE_FORMATS.score,
      rule.score,
    ),
    enter: tunable('A window hits with a score of at least this.', RULE_FORMATS.enter, rule.enter),
    exit: tunable(
      'A window clears with a score below this. At most the score to enter.',
      RULE_FORMATS.exit,
      rule.exit,
    ),
    hits: tunable(
      'Raised when so many of the last windows hit, over when as many of them clear.',
      RULE_FORMATS.hits,
      rule.hits,
    ),
    of: tunable('How many last windows those are.', RULE_FORMATS.of, rule.of),
    within_s: tunable(
      'Windows longer ago do not count; an alert is over when nothing was judged for so long.',
      RULE_FORMATS.within_s,
      rule.within_s,
    ),
    min_duration_s: tunable(
      'Least time from the start of the first of those hits to the end of the last.',
      RULE_FORMATS.min_duration_s,
      rule.min_duration_s,
    ),
    cooldown_s: tunable(
      'After its end an alert is not raised again for so long.',
      RULE_FORMATS.cooldown_s,
      rule.cooldown_s,
    ),
  }
}
