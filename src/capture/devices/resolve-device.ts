import { ConfigError } from '../../errors.js'
import { checkedDeviceName } from '../device-name.js'
import type { CaptureDevice } from './capture-device.js'
import { parsePcmAddress } from './pcm-address.js'
import { shortUsbPath } from './usb-path.js'

/** An error that lists a hundred devices helps nobody. */
const MAX_CHOICES = 12

type Test = (device: CaptureDevice, wanted: string) => boolean

/** From exact to vague: the first that fits any device decides. */
const TESTS: readonly Test[] = [
  (device, wanted) => device.name === wanted,
  (device, wanted) => device.usbPath === wanted,
  (device, wanted) => device.portaudioName === wanted,
  isAddressOf,
  (device, wanted) => device.cardId === wanted,
  ({ usbPath }, wanted) => usbPath !== null && shortUsbPath(usbPath) === wanted,
  ({ name, description }, wanted) => same(name, wanted) || same(description, wanted),
  ({ name, description }, wanted) => holds(name, wanted) || holds(description, wanted),
]

/**
 * The device that a configuration means.
 *
 * @param wanted  a name that `affectd devices` lists, a USB path or its port alone (`usb-1.4`), PortAudio's name, an
 *                `hw:` or `plughw:` name, a card's id, part of a name or description in any case; `default` or empty
 *                for the one that is taken where none is named
 * @param devices to choose from
 * @throws {ConfigError} CAPTURE_BAD_DEVICE, CAPTURE_NO_DEVICE, CAPTURE_AMBIGUOUS_DEVICE
 */
export function resolveDevice(wanted: string, devices: readonly CaptureDevice[]): CaptureDevice {
  if (wanted === '' || wanted === 'default') return defaultOf(devices)
  const name = checkedDeviceName(wanted)
  for (const test of TESTS) {
    const found = devices.filter((device) => test(device, name))
    if (found.length === 1) return found[0]
    if (found.length > 1) throw ambiguous(`'${name}' could be any of ${found.length} devices`, found)
  }
  throw new ConfigError('CAPTURE_NO_DEVICE', `there is no capture device '${name}'; ${choicesOf(devices)}`)
}

/** What may be set from afar: names exactly as `affectd devices` lists them, and nothing that ALSA could take for more. */
export function isListedDevice(name: string, devices: readonly CaptureDevice[]): boolean {
  return devices.some((device) => device.name === name)
}

function defaultOf(devices: readonly CaptureDevice[]): CaptureDevice {
  const found = devices.find(({ isDefault }) => isDefault) ?? (devices.length === 1 ? devices[0] : undefined)
  if (found !== undefined) return found
  if (devices.length > 1)
    throw ambiguous('no capture device is named and none of them is the default', devices)
  throw new ConfigError('CAPTURE_NO_DEVICE', `there is no default capture device; ${choicesOf(devices)}`)
}

function ambiguous(what: string, devices: readonly CaptureDevice[]): ConfigError {
  return new ConfigError('CAPTURE_AMBIGUOUS_DEVICE', `${what}; ${choicesOf(devices)}`)
}

function choicesOf(devices: readonly CaptureDevice[]): string {
  if (devices.length === 0) return 'nothing here can capture audio: see `affectd devices`'
  const named = devices.slice(0, MAX_CHOICES).map(({ name, description, usbPath }) => {
    const about = [description === name ? '' : description, usbPath ?? ''].filter(Boolean).join(', ')
    return about === '' ? name : `${name} (${about})`
  })
  const more = devices.length > MAX_CHOICES ? `; ${devices.length - MAX_CHOICES} more` : ''
  return `choose one of: ${named.join('; ')}${more}`
}

function isAddressOf({ cardId, cardIndex, deviceIndex }: CaptureDevice, wanted: string): boolean {
  const address = parsePcmAddress(wanted)
  return (
    address !== null &&
    address.deviceIndex === deviceIndex &&
    (address.card === cardId || address.card === cardIndex)
  )
}

function same(text: string, wanted: string): boolean {
  return text.toLowerCase() === wanted.toLowerCase()
}

function holds(text: string, wanted: string): boolean {
  return text.toLowerCase().includes(wanted.toLowerCase())
}
