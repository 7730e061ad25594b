import { isJsonObject, type JsonObject } from '../hostile-json.js'
import { EMOTION_SCHEMA } from './emotion-event.js'
import type { EmotionEvent } from './emotion-event.js'

/**
 * Reads an `emotion` payload that came over the network.
 *
 * @returns the event, or undefined if the payload is none of this schema; fields that are not known are let through
 */
export function parseEmotionEvent(payload: Uint8Array): EmotionEvent | undefined {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    return undefined
  }
  return isEmotionEvent(value) ? value : undefined
}

function isEmotionEvent(value: unknown): value is EmotionEvent {
  if (!isJsonObject(value) || value['schema'] !== EMOTION_SCHEMA) return false
  const { window, probabilities, model, abstain_reason: reason } = value
  return (
    hasAll(value, 'string', ['id', 'boot_id', 'device_id', 'time', 'label']) &&
    hasAll(value, 'number', ['seq', 'confidence', 'arousal', 'valence']) &&
    typeof value['abstained'] === 'boolean' &&
    (reason === null || typeof reason === 'string') &&
    isJsonObject(window) &&
    hasAll(window, 'string', ['start']) &&
    hasAll(window, 'number', ['duration_ms', 'speech_ms', 'level_dbfs', 'snr_db']) &&
    isJsonObject(probabilities) &&
    Object.values(probabilities).every((probability) => Number.isFinite(probability)) &&
    isJsonObject(model) &&
    hasAll(model, 'string', ['id', 'sha256'])
  )
}

function hasAll(record: JsonObject, type: 'string' | 'number', keys: readonly string[]): boolean {
  // JSON's 1e999 is read as infinity.
  return keys.every((key) => (type === 'number' ? Number.isFinite(record[key]) : typeof record[key] === type))
}
