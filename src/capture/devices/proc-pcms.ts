import { cleanText } from './clean-text.js'

/** One PCM device of a sound card. */
export interface CardPcm {
  readonly cardIndex: number
  readonly deviceIndex: number
  readonly name: string
  readonly canCapture: boolean
}

/** `/proc/asound/pcm`: `01-00: USB Audio : USB Audio : playback 1 : capture 1`. */
export function parseProcPcms(text: string): readonly CardPcm[] {
  const pcms = new Map<string, CardPcm>()
  for (const line of text.split('\n')) {
    const match = /^(\d{1,3})-(\d{1,3}): ([^:]*)(.*)$/.exec(line)
    if (match === null) continue
    const [, card, device, name, rest] = match
    const key = `${Number(card)},${Number(device)}`
    if (pcms.has(key)) continue
    pcms.set(key, {
      cardIndex: Number(card),
      deviceIndex: Number(device),
      name: cleanText(name),
      canCapture: /: capture [1-9]/.test(rest),
    })
  }
  return [...pcms.values()]
}
