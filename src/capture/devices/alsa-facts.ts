import { open, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { AlsaFacts } from './alsa-devices.js'
import { listPcmHints } from './arecord-hints.js'
import type { ListGap } from './device-list.js'
import { refusalOf, unopenable } from './device-nodes.js'
import { parseProcCards, type SoundCard } from './proc-cards.js'
import { parseProcPcms, type CardPcm } from './proc-pcms.js'
import { usbPathOf } from './usb-path.js'
import { parseUsbStream, type CaptureFormats } from './usb-stream.js'

/** Where ALSA is found, and what may be opened of it. */
export interface AlsaAccess {
  readonly command: string
  readonly procFolder: string
  readonly sysFolder: string
  readonly deviceFolder: string
  /** Why a device node cannot be opened, as an errno code; null if it can. */
  readonly refusalOf: (path: string) => Promise<string | null>
}

const SYSTEM: AlsaAccess = {
  command: 'arecord',
  procFolder: '/proc/asound',
  sysFolder: '/sys/class/sound',
  deviceFolder: '/dev/snd',
  refusalOf,
}

const MAX_FILE_BYTES = 64 * 1024

/**
 * Asks the kernel and `arecord -L`. Never throws: what cannot be had is empty and said.
 *
 * @param signal ends the child, if it is still running
 */
export async function readAlsaFacts(
  signal?: AbortSignal,
  access: Partial<AlsaAccess> = {},
): Promise<{ readonly facts: AlsaFacts; readonly gaps: readonly ListGap[] }> {
  const { command, procFolder, sysFolder, ...nodeAccess } = { ...SYSTEM, ...access }
  const [cardsText, pcmsText, listing] = await Promise.all([
    textOf(join(procFolder, 'cards')),
    textOf(join(procFolder, 'pcm')),
    listPcmHints(command, signal),
  ])
  const cards = parseProcCards(cardsText)
  const pcms = parseProcPcms(pcmsText).filter(({ canCapture }) => canCapture)
  const nodes = await unopenable(cards, pcms, nodeAccess)
  return {
    facts: {
      cards,
      pcms,
      hints: listing.hints,
      hasArecord: listing.isInstalled,
      formats: await formatsOf(pcms, procFolder),
      usbPaths: await usbPathsOf(cards, sysFolder),
      closed: nodes.closed,
    },
    gaps: [
      ...(listing.gap === undefined ? [] : [listing.gap]),
      ...(pcms.length === 0 ? [noSoundCard(cards)] : []),
      ...nodes.gaps,
    ],
  }
}

function noSoundCard(cards: readonly SoundCard[]): ListGap {
  const text =
    cards.length === 0
      ? 'the kernel knows no sound card: check that a microphone is plugged in, that its driver is loaded and, in a container, that it is passed in'
      : `no sound card can record (${cards.map(({ name }) => name).join('; ')}): plug in a microphone`
  return { kind: 'no_sound_card', text }
}

async function formatsOf(
  pcms: readonly CardPcm[],
  procFolder: string,
): Promise<ReadonlyMap<string, CaptureFormats>> {
  const formats = new Map<string, CaptureFormats>()
  for (const { cardIndex, deviceIndex } of pcms) {
    const text = await textOf(join(procFolder, `card${cardIndex}`, `stream${deviceIndex}`))
    const parsed = parseUsbStream(text)
    if (parsed !== null) formats.set(`${cardIndex},${deviceIndex}`, parsed)
  }
  return formats
}

async function usbPathsOf(
  cards: readonly SoundCard[],
  sysFolder: string,
): Promise<ReadonlyMap<number, string>> {
  const paths = new Map<number, string>()
  for (const { index } of cards) {
    const target = await realpath(join(sysFolder, `card${index}`, 'device')).catch(() => '')
    const usbPath = usbPathOf(target)
    if (usbPath !== null) paths.set(index, usbPath)
  }
  return paths
}

/** The beginning of a file of /proc, which says nothing of its size; empty where there is none. */
async function textOf(path: string): Promise<string> {
  try {
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_FILE_BYTES), 0, MAX_FILE_BYTES, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch {
    return ''
  }
}
