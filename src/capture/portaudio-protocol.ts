/** A capture device as PortAudio sees it. `id` is good only in the process that it was listed in. */
export interface PortaudioDevice {
  readonly id: number
  readonly name: string
  readonly hostApi: string
  readonly maxInputChannels: number
  readonly defaultSampleRateHz: number
}

/** To the capture process: what to open. */
export interface OpenRequest {
  /** PortAudio's name, or a part of it that only one has; empty: the default. */
  readonly device: string
  /** Most channels to ask for where one alone is refused. */
  readonly channels: number
}

/** From it. */
export type ChildMessage =
  | { readonly kind: 'devices'; readonly devices: readonly PortaudioDevice[] }
  | { readonly kind: 'opened'; readonly device: string; readonly rateHz: number; readonly channels: number }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly text: string }

export type FailureCode = 'no_portaudio' | 'no_device' | 'refused'

const MAX_DEVICES = 1_000
const MAX_TEXT_CHARS = 1_024

/**
 * @returns null for anything else: what comes from another process is checked
 */
export function parseChildMessage(value: unknown): ChildMessage | null {
  if (typeof value !== 'object' || value === null) return null
  const message = value as Record<string, unknown>
  switch (message['kind']) {
    case 'devices':
      return checkedDevices(message['devices'])
    case 'opened': {
      const { device, rateHz, channels } = message
      return isText(device) && isCount(rateHz, 384_000) && isCount(channels, 64)
        ? { kind: 'opened', device, rateHz, channels }
        : null
    }
    case 'failed': {
      const { code, text } = message
      return isFailureCode(code) && isText(text) ? { kind: 'failed', code, text } : null
    }
    default:
      return null
  }
}

function checkedDevices(value: unknown): ChildMessage | null {
  if (!Array.isArray(value) || value.length > MAX_DEVICES) return null
  const devices = value.map(checkedDevice)
  return devices.every((device) => device !== null) ? { kind: 'devices', devices } : null
}

function checkedDevice(value: unknown): PortaudioDevice | null {
  if (typeof value !== 'object' || value === null) return null
  const { id, name, hostApi, maxInputChannels, defaultSampleRateHz } = value as Record<string, unknown>
  if (!isIndex(id) || !isText(name) || !isText(hostApi) || !isIndex(maxInputChannels)) return null
  if (typeof defaultSampleRateHz !== 'number' || !Number.isFinite(defaultSampleRateHz)) return null
  return { id, name, hostApi, maxInputChannels, defaultSampleRateHz }
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT_CHARS
}

function isCount(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most
}

function isFailureCode(value: unknown): value is FailureCode {
  return value === 'no_portaudio' || value === 'no_device' || value === 'refused'
}
