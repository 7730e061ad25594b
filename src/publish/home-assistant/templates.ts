/*
 * Jinja templates that Home Assistant runs on our payloads. `none` renders as `None`, which Home Assistant takes for
 * "unknown": a field that is null, or missing because the device runs another version, logs nothing there.
 */

/** @param path below the payload, dotted: `window.level_dbfs` */
export function fieldTemplate(path: string): string {
  const parents = path.split('.')
  const field = parents.pop() as string
  // A field of what is itself missing would be an error.
  const parent = parents.reduce((above, part) => `(${above}.${part} | default({}))`, 'value_json')
  return `{{ ${parent}.${field} | default(none) }}`
}

/** A share of 0 to 1, in percent. */
export function percentTemplate(path: string): string {
  return `{{ (value_json.${path} * 100) | round(1) if value_json.${path} is number else none }}`
}

/** `ON`, `OFF`, or unknown where the field is missing. */
export function onOffTemplate(path: string): string {
  return `{{ ('ON' if value_json.${path} else 'OFF') if value_json.${path} is boolean else none }}`
}

/** Probability of the label that the payload names, in percent. */
export const CONFIDENCE_TEMPLATE =
  '{% set p = (value_json.probabilities | default({})).get(value_json.label) %}' +
  '{{ (p * 100) | round(1) if p is number else none }}'

/** `online` also when degraded: the device is there, and a diagnostic entity says what is wrong. */
export const AVAILABILITY_TEMPLATE =
  "{{ 'online' if value_json.state | default('offline') in ['online', 'degraded'] else 'offline' }}"

/** A reason is null when there is nothing to say. */
export const REASON_TEMPLATE = "{{ value_json.reason | default('none', true) }}"

/**
 * A decision as an event of Home Assistant. One that the device abstained from renders as nothing, which Home Assistant
 * passes over: what should not be acted on triggers nothing.
 */
export const DECISION_TEMPLATE =
  '{% if value_json.label is defined and not value_json.abstained | default(false) %}' +
  "{{ {'event_type': value_json.label, 'confidence': value_json.confidence | default(none), " +
  "'arousal': value_json.arousal | default(none), 'valence': value_json.valence | default(none), " +
  "'probabilities': value_json.probabilities | default({}), 'window': value_json.window | default({}), " +
  "'time': value_json.time | default(none), 'decision_id': value_json.id | default(none), " +
  "'seq': value_json.seq | default(none)} | to_json }}" +
  '{% endif %}'
