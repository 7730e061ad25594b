import { CaptureError } from '../../errors.js'
import { listPortaudioDevices, type PortaudioDevice } from '../portaudio-devices.js'
import { alsaDevices } from './alsa-devices.js'
import { readAlsaFacts, type AlsaAccess } from './alsa-facts.js'
import type { CaptureDevice } from './capture-device.js'
import type { DeviceList, ListGap } from './device-list.js'
import { mergePortaudio } from './merge-portaudio.js'

export interface ListDevicesOptions {
  readonly access?: Partial<AlsaAccess>
  readonly listPortaudio?: typeof listPortaudioDevices
}

/** What can capture here, of ALSA and of PortAudio. A backend that is missing is a gap, not an error. */
export async function listDevices(
  signal?: AbortSignal,
  { access = {}, listPortaudio = listPortaudioDevices }: ListDevicesOptions = {},
): Promise<DeviceList> {
  const [{ facts, gaps }, portaudio] = await Promise.all([
    readAlsaFacts(signal, access),
    portaudioOrGap(listPortaudio, signal),
  ])
  const merged = mergePortaudio(alsaDevices(facts), portaudio.devices, facts.cards, facts.closed)
  // A card that neither backend can open cannot be captured from; a gap says why.
  const usable = merged.filter(({ backends }) => backends.length > 0)
  return { devices: withDefault(usable), gaps: [...gaps, ...portaudio.gaps] }
}

/**
 * The default is what ALSA's configuration calls so; else the first card, which ALSA then takes; else the only card;
 * else the only device. Where several other cards could be meant there is none: which is first changes from boot to boot.
 */
export function withDefault(devices: readonly CaptureDevice[]): readonly CaptureDevice[] {
  const chosen =
    devices.find(({ name }) => name === 'default') ??
    devices.find(({ cardIndex, deviceIndex }) => cardIndex === 0 && deviceIndex === 0) ??
    onlyOne(devices.filter(({ cardIndex }) => cardIndex !== null)) ??
    onlyOne(devices)
  return devices.map((device) => ({ ...device, isDefault: device === chosen }))
}

function onlyOne(devices: readonly CaptureDevice[]): CaptureDevice | undefined {
  return devices.length === 1 ? devices[0] : undefined
}

async function portaudioOrGap(
  list: typeof listPortaudioDevices,
  signal: AbortSignal | undefined,
): Promise<{ readonly devices: readonly PortaudioDevice[]; readonly gaps: readonly ListGap[] }> {
  try {
    return { devices: await list(signal), gaps: [] }
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
    const kind = error.code === 'CAPTURE_NO_PORTAUDIO' ? 'no_portaudio' : 'portaudio_failed'
    return { devices: [], gaps: [{ kind, text: error.message }] }
  }
}

/** Why there is nothing to list, as the error that says what to do. */
export function noDevices(gaps: readonly ListGap[]): CaptureError {
  const denied = gaps.filter(({ kind }) => kind === 'no_permission')
  const [code, told] =
    denied.length > 0
      ? (['CAPTURE_NO_PERMISSION', denied] as const)
      : (['CAPTURE_NO_SOUND_CARD', gaps] as const)
  return new CaptureError(
    code,
    `nothing here can capture audio: ${told.map(({ text }) => text).join('; ') || 'ALSA and PortAudio list nothing'}`,
  )
}
