import { cleanText } from './clean-text.js'

/** One sound card. */
export interface SoundCard {
  readonly index: number
  readonly id: string
  /** What it is, for people. */
  readonly name: string
}

/**
 * `/proc/asound/cards`: ` 1 [Device         ]: USB-Audio - USB PnP Sound Device`, and a second line that is passed over.
 * `--- no soundcards ---` makes an empty list. Of cards with one index, the first counts.
 */
export function parseProcCards(text: string): readonly SoundCard[] {
  const cards = new Map<number, SoundCard>()
  for (const line of text.split('\n')) {
    const match = /^ {0,2}(\d{1,3}) \[([\w-]+) *\]: (.*)$/.exec(line)
    if (match === null) continue
    const [, index, id, about] = match
    const name = cleanText(about.replace(/^.*? - /, ''))
    if (!cards.has(Number(index))) cards.set(Number(index), { index: Number(index), id, name: name || id })
  }
  return [...cards.values()]
}
