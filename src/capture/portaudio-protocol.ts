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

/**
 * @returns null for anything else: what comes from another process is checked
 */
export function parseChildMessage(value: unknown): ChildMessage | null {
  if (typeof value !== 'object' || value === null) return null
  const message = value as Record<string, unknown>
  switch (message['kind']) {
    case 'devices':
      return Array.isArray(message['devices']) && message['devices'].every(isDevice)
        ? { kind: 'devices', devices: message['devices'] as PortaudioDevice[] }
        : null
    case 'opened': {
      const { device, rateHz, channels } = message
      return typeof device === 'string' && isCount(rateHz, 384_000) && isCount(channels, 64)
        ? { kind: 'opened', device, rateHz, channels }
        : null
    }
    case 'failed': {
      const { code, text } = message
      return isFailureCode(code) && typeof text === 'string' ? { kind: 'failed', code, text } : null
    }
    default:
      return null
  }
}

function isDevice(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { id, name, hostApi, maxInputChannels, defaultSampleRateHz } = value as Record<string, unknown>
  return (
    Number.isInteger(id) &&
    typeof name === 'string' &&
    typeof hostApi === 'string' &&
    Number.isInteger(maxInputChannels) &&
    Number.isFinite(defaultSampleRateHz)
  )
}

function isCount(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most
}

function isFailureCode(value: unknown): value is FailureCode {
  return value === 'no_portaudio' || value === 'no_device' || value === 'refused'
}
