import type { CaptureDevice } from './capture-device.js'
import { parsePcmAddress, pcmName } from './pcm-address.js'
import type { PcmHint } from './pcm-hints.js'
import type { SoundCard } from './proc-cards.js'
import type { CardPcm } from './proc-pcms.js'
import type { CaptureFormats } from './usb-stream.js'

/** What ALSA says of itself, each part in its own words. */
export interface AlsaFacts {
  readonly cards: readonly SoundCard[]
  readonly pcms: readonly CardPcm[]
  readonly hints: readonly PcmHint[]
  /** False: nothing can be opened through ALSA, and `hints` is empty. */
  readonly hasArecord: boolean
  /** Of USB devices: by `<card index>,<device index>`. */
  readonly formats: ReadonlyMap<string, CaptureFormats>
  /** Of USB cards: by index. */
  readonly usbPaths: ReadonlyMap<number, string>
  /** `<card index>,<device index>` of devices that this process may not open. */
  readonly closed: ReadonlySet<string>
}

/** PCMs of ALSA's configuration that capture nothing by themselves: converters, and what only generates zeros. */
const NO_MICROPHONES = new Set(
  'null lavrate samplerate speexrate speex upmix vdownmix oss dmix sysdefault front iec958 spdif'.split(' '),
)

/** True for a name that no list shows: a converter, or another name of a sound card that has one already. */
export function isPassedOver(name: string): boolean {
  return NO_MICROPHONES.has(name) || /^surround\d+$/.test(name) || name.includes(':')
}

/**
 * One entry for each capture device of a sound card, by its `plughw` name, in the order of the cards; then whatever
 * else ALSA's configuration offers, in its order. Of a card's many names (`hw:`, `dsnoop:`, `sysdefault:` …) only that
 * one is listed.
 */
export function alsaDevices(facts: AlsaFacts): readonly CaptureDevice[] {
  return [...cardDevices(facts), ...configuredDevices(facts.hints)]
}

function cardDevices(facts: AlsaFacts): readonly CaptureDevice[] {
  const { cards, pcms, hints, hasArecord, formats, usbPaths, closed } = facts
  const devices = new Map<string, CaptureDevice>()
  const add = (card: SoundCard, deviceIndex: number, description: string): void => {
    const key = `${card.index},${deviceIndex}`
    if (closed.has(key) || devices.has(key)) return
    devices.set(key, {
      name: pcmName(card.id, deviceIndex),
      description,
      cardId: card.id,
      cardIndex: card.index,
      deviceIndex,
      usbPath: usbPaths.get(card.index) ?? null,
      backends: hasArecord ? ['alsa'] : [],
      portaudioName: null,
      ratesHz: formats.get(key)?.ratesHz ?? null,
      isRateContinuous: formats.get(key)?.isRateContinuous ?? false,
      channels: formats.get(key)?.channels ?? null,
      isDefault: false,
    })
  }
  for (const { name, description } of hints) {
    const address = name.startsWith('plughw:') ? parsePcmAddress(name) : null
    const card = cards.find(({ id }) => id === address?.card)
    // The first line says what it is, the second that it is a hardware device with all software conversions.
    if (address !== null && card !== undefined) add(card, address.deviceIndex, description[0] ?? card.name)
  }
  for (const { cardIndex, deviceIndex, name, canCapture } of pcms) {
    const card = cards.find(({ index }) => index === cardIndex)
    if (canCapture && card !== undefined) add(card, deviceIndex, [card.name, name].filter(Boolean).join(', '))
  }
  return [...devices.values()].sort((a, b) => a.cardIndex! - b.cardIndex! || a.deviceIndex! - b.deviceIndex!)
}

function configuredDevices(hints: readonly PcmHint[]): readonly CaptureDevice[] {
  return hints
    .filter(({ name }) => !isPassedOver(name))
    .map(({ name, description }) => configuredDevice(name, description.join(', '), 'alsa'))
}

/** A device of which nothing is known but its name. */
export function configuredDevice(
  name: string,
  description: string,
  backend: CaptureDevice['backends'][number],
): CaptureDevice {
  return {
    name,
    description,
    cardId: null,
    cardIndex: null,
    deviceIndex: null,
    usbPath: null,
    backends: [backend],
    portaudioName: null,
    ratesHz: null,
    isRateContinuous: false,
    channels: null,
    isDefault: false,
  }
}
