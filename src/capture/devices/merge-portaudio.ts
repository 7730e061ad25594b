import { AffectdError } from '../../errors.js'
import { checkedDeviceName } from '../device-name.js'
import type { PortaudioDevice } from '../portaudio-devices.js'
import { configuredDevice, isPassedOver } from './alsa-devices.js'
import type { CaptureDevice } from './capture-device.js'
import { cleanText } from './clean-text.js'
import { pcmName } from './pcm-address.js'
import type { SoundCard } from './proc-cards.js'

/**
 * What PortAudio knows, laid over what ALSA knows. PortAudio names a device of a sound card by the card's index
 * (`USB PnP Sound Device: Audio (hw:1,0)`), others as ALSA's configuration does. What ALSA does not list is added.
 *
 * @param cards  by which an index becomes an id
 * @param closed as in `AlsaFacts`: these are not added
 */
export function mergePortaudio(
  devices: readonly CaptureDevice[],
  portaudio: readonly PortaudioDevice[],
  cards: readonly SoundCard[],
  closed: ReadonlySet<string>,
): readonly CaptureDevice[] {
  const merged = [...devices]
  for (const heard of portaudio) {
    if (heard.maxInputChannels < 1 || !isAllowed(heard.name)) continue
    const address = addressOf(heard)
    if (address === null ? isPassedOver(heard.name) && heard.hostApi === 'ALSA' : closed.has(address.key))
      continue
    const at = merged.findIndex((device) =>
      address === null
        ? device.name === heard.name
        : device.cardIndex === address.cardIndex && device.deviceIndex === address.deviceIndex,
    )
    if (at >= 0) merged[at] = withPortaudio(merged[at], heard)
    else merged.push(withPortaudio(newDevice(heard, address, cards), heard))
  }
  return merged
}

interface CardAddress {
  readonly key: string
  readonly cardIndex: number
  readonly deviceIndex: number
}

function addressOf({ name, hostApi }: PortaudioDevice): CardAddress | null {
  const match = hostApi === 'ALSA' ? /\(hw:(\d{1,3}),(\d{1,3})\)$/.exec(name) : null
  if (match === null) return null
  const [cardIndex, deviceIndex] = [Number(match[1]), Number(match[2])]
  return { key: `${cardIndex},${deviceIndex}`, cardIndex, deviceIndex }
}

function newDevice(
  { name }: PortaudioDevice,
  address: CardAddress | null,
  cards: readonly SoundCard[],
): CaptureDevice {
  const card = cards.find(({ index }) => index === address?.cardIndex)
  if (address === null || card === undefined) return configuredDevice(name, cleanText(name), 'portaudio')
  const { cardIndex, deviceIndex } = address
  const description = cleanText(name.slice(0, name.lastIndexOf('(')))
  const plain = configuredDevice(pcmName(card.id, deviceIndex), description, 'portaudio')
  return { ...plain, cardId: card.id, cardIndex, deviceIndex }
}

function withPortaudio(device: CaptureDevice, heard: PortaudioDevice): CaptureDevice {
  // Two devices with one name: PortAudio finds the first by it.
  if (device.portaudioName !== null) return device
  return {
    ...device,
    backends: [...device.backends.filter((backend) => backend !== 'portaudio'), 'portaudio'],
    portaudioName: heard.name,
    ratesHz: device.ratesHz ?? [heard.defaultSampleRateHz],
    channels: device.channels ?? [heard.maxInputChannels],
  }
}

/** A name that could never be configured is not worth listing. */
function isAllowed(name: string): boolean {
  try {
    return checkedDeviceName(name) === name
  } catch (error) {
    if (error instanceof AffectdError) return false
    throw error
  }
}
