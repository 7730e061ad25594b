import type { CaptureDevice } from '../capture/devices/capture-device.js'
import { textTable } from './text-table.js'

/**
 * The devices for people; `*` marks the one that the configuration selects.
 *
 * @param selected one of `devices`, or null
 */
export function deviceTable(devices: readonly CaptureDevice[], selected: CaptureDevice | null): string {
  const rows = devices.map((device) => [
    device === selected ? '*' : '',
    device.name,
    device.description,
    device.usbPath ?? '',
    rates(device),
    device.channels?.join(' ') ?? '?',
    device.backends.join(' '),
  ])
  return textTable(['', 'name', 'description', 'USB', 'Hz', 'channels', 'through'], rows)
}

/** The same for programs. */
export function deviceJson(devices: readonly CaptureDevice[], selected: CaptureDevice | null): string {
  const entries = devices.map((device) => ({
    name: device.name,
    description: device.description,
    card_id: device.cardId,
    usb_path: device.usbPath,
    backends: device.backends,
    portaudio_name: device.portaudioName,
    rates_hz: device.ratesHz,
    rates_continuous: device.isRateContinuous,
    channels: device.channels,
    default: device.isDefault,
    selected: device === selected,
  }))
  return `${JSON.stringify(entries, null, 2)}\n`
}

function rates({ ratesHz, isRateContinuous }: CaptureDevice): string {
  if (ratesHz === null) return '?'
  return isRateContinuous ? `${ratesHz[0]}–${ratesHz.at(-1)}` : ratesHz.join(' ')
}
