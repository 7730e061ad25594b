import { isJsonObject } from '../../hostile-json.js'
import { malformed, readDeviceJson } from './read-device-json.js'

const MAX_TEXT_CHARS = 200

export interface StatusState {
  readonly state: 'online' | 'degraded' | 'offline'
  readonly reason: string | null
  /** When it was said; of a connection that was lost, when that connection began. */
  readonly time: string
}

export interface InfoState {
  readonly version: string | null
  readonly modelId: string | null
}

export interface HealthState {
  readonly outboxDepth: number | null
  readonly speechRatio: number | null
  readonly captureState: string | null
}

/** @throws {FleetError} FLEET_MALFORMED, as the others here */
export function parseStatus(payload: Uint8Array): StatusState {
  const { state, reason, time } = readDeviceJson(payload)
  if (state !== 'online' && state !== 'degraded' && state !== 'offline') {
    throw malformed('its state is none of those there are')
  }
  return { state, reason: text(reason), time: text(time) ?? '' }
}

export function parseInfo(payload: Uint8Array): InfoState {
  const { versions, model } = readDeviceJson(payload)
  return { version: textIn(versions, 'affectd'), modelId: textIn(model, 'id') }
}

export function parseHealth(payload: Uint8Array): HealthState {
  const fields = readDeviceJson(payload)
  return {
    outboxDepth: number(fields['outbox_depth']),
    speechRatio: number(fields['speech_ratio']),
    captureState: text(fields['capture_state']),
  }
}

export function parseListening(payload: Uint8Array): boolean {
  const { listening } = readDeviceJson(payload)
  if (typeof listening !== 'boolean') throw malformed('listening is neither true nor false')
  return listening
}

function textIn(value: unknown, name: string): string | null {
  return isJsonObject(value) && Object.hasOwn(value, name) ? text(value[name]) : null
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT_CHARS) : null
}

function number(value: unknown): number | null {
  // JSON's 1e999 is read as infinity.
  return Number.isFinite(value) ? (value as number) : null
}
