/** A capture device of a sound card, as ALSA's names say it. */
export interface PcmAddress {
  /** The card's id, or its index. */
  readonly card: string | number
  readonly deviceIndex: number
}

/**
 * `hw:` and `plughw:` names: `hw:1`, `hw:1,0`, `plughw:Device`, `plughw:CARD=Device,DEV=0`.
 *
 * @returns null for every other name
 */
export function parsePcmAddress(name: string): PcmAddress | null {
  const match = /^(?:plug)?hw:(?:CARD=)?([\w-]{1,64})(?:,(?:DEV=)?(\d{1,3}))?$/.exec(name)
  if (match === null) return null
  const [, card, device = '0'] = match
  return { card: /^\d{1,3}$/.test(card) ? Number(card) : card, deviceIndex: Number(device) }
}

export function pcmName(cardId: string, deviceIndex: number): string {
  return `plughw:CARD=${cardId},DEV=${deviceIndex}`
}
