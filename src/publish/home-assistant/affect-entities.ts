import type { Topics } from '../topics.js'
import type { Entities, Entity } from './entity.js'
import {
  CONFIDENCE_TEMPLATE,
  DECISION_TEMPLATE,
  fieldTemplate,
  onOffTemplate,
  percentTemplate,
} from './templates.js'

/** The level of a decision says nothing of the present once so much time has passed. */
const LEVEL_EXPIRES_AFTER_S = 300

/**
 * What was heard. Sensors follow `state`: it is retained, so they have a value as soon as Home Assistant starts, and
 * smoothed, so one odd decision does not flap an automation. Each decision is an event of the event entity.
 *
 * @param labels     of the model, in its order
 * @param alertKinds rules that publish under `alert/<kind>`
 */
export function affectEntities(
  topics: Topics,
  labels: readonly string[],
  alertKinds: readonly string[],
): Entities {
  return {
    emotion: {
      platform: 'sensor',
      name: 'Emotion',
      device_class: 'enum',
      options: labels,
      icon: 'mdi:emoticon-outline',
      state_topic: topics.state,
      value_template: fieldTemplate('label'),
    },
    confidence: {
      ...measurement('Confidence', topics.state, CONFIDENCE_TEMPLATE, 'mdi:percent-outline'),
      unit_of_measurement: '%',
      suggested_display_precision: 0,
    },
    arousal: {
      ...measurement('Arousal', topics.state, fieldTemplate('arousal'), 'mdi:pulse'),
      suggested_display_precision: 2,
    },
    valence: {
      ...measurement('Valence', topics.state, fieldTemplate('valence'), 'mdi:plus-minus-variant'),
      suggested_display_precision: 2,
    },
    level: {
      ...measurement('Speech level', topics.emotion, fieldTemplate('window.level_dbfs'), 'mdi:volume-high'),
      // Relative to full scale: Home Assistant's sound pressure is another quantity.
      unit_of_measurement: 'dBFS',
      suggested_display_precision: 1,
      expire_after: LEVEL_EXPIRES_AFTER_S,
    },
    speech_ratio: {
      ...measurement('Speech share', topics.health, percentTemplate('speech_ratio'), 'mdi:account-voice'),
      unit_of_measurement: '%',
      suggested_display_precision: 0,
      entity_category: 'diagnostic',
    },
    speaking: {
      platform: 'binary_sensor',
      name: 'Speaking',
      device_class: 'sound',
      state_topic: topics.state,
      value_template: onOffTemplate('speaking'),
    },
    decision: {
      platform: 'event',
      name: 'Decision',
      event_types: labels,
      icon: 'mdi:account-voice',
      qos: 1,
      state_topic: topics.emotion,
      value_template: DECISION_TEMPLATE,
    },
    ...Object.fromEntries(alertKinds.map((kind) => [`alert_${kind}`, alertEntity(topics, kind)])),
  }
}

/** Whether the device listens, and the wish that it do or don't: the device's answer, not the wish, moves the switch. */
export function listeningSwitch(topics: Topics): Entity {
  return {
    platform: 'switch',
    name: 'Listening',
    icon: 'mdi:microphone',
    qos: 1,
    retain: false,
    optimistic: false,
    command_topic: `${topics.base}/request/listen/set`,
    payload_on: '{"listening":true}',
    payload_off: '{"listening":false}',
    state_topic: topics.listening,
    state_on: 'ON',
    state_off: 'OFF',
    value_template: onOffTemplate('listening'),
  }
}

function alertEntity(topics: Topics, kind: string): Entity {
  const topic = `${topics.base}/alert/${kind}`
  return {
    platform: 'binary_sensor',
    name: `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)} alert`,
    device_class: 'problem',
    qos: 1,
    state_topic: topic,
    value_template: onOffTemplate('active'),
    json_attributes_topic: topic,
  }
}

function measurement(name: string, stateTopic: string, template: string, icon: string): Entity {
  return {
    platform: 'sensor',
    name,
    state_class: 'measurement',
    icon,
    state_topic: stateTopic,
    value_template: template,
  }
}
