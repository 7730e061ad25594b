import type { AlertRule } from '../affect/alerts/alert-rule.js'
import { parseScore } from '../affect/alerts/alert-score.js'
import type { LoadedConfig } from '../config/load-config.js'
import { ConfigError } from '../errors.js'
import { alertRulesOf } from './stage-params.js'

/**
 * The configured rules.
 *
 * @param labels of the model
 * @throws {ConfigError} CONFIG_INVALID_VALUE if a rule watches a label that the model does not have
 */
export function checkedRules(
  { config, origins }: LoadedConfig,
  labels: readonly string[],
): readonly AlertRule[] {
  const rules = alertRulesOf(config.alerts)
  for (const { kind, score } of rules) {
    const parsed = parseScore(score)
    const unknown = parsed?.of === 'decision' && parsed.labels.find((label) => !labels.includes(label))
    if (typeof unknown !== 'string') continue
    const key = Object.hasOwn(config.alerts.rules, kind) ? 'alerts.rules' : `alerts.${kind}.score`
    throw new ConfigError(
      'CONFIG_INVALID_VALUE',
      `${key} (from ${origins.get(key)?.name ?? 'default'}): alert ${kind} watches ${JSON.stringify(unknown)}, ` +
        `which is no label of the model: it knows ${labels.join(', ')}`,
    )
  }
  return rules
}
