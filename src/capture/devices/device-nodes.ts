import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { AlsaAccess } from './alsa-facts.js'
import type { ListGap } from './device-list.js'
import type { SoundCard } from './proc-cards.js'
import type { CardPcm } from './proc-pcms.js'

/** Which devices this process may not open, and why. */
export async function unopenable(
  cards: readonly SoundCard[],
  pcms: readonly CardPcm[],
  { deviceFolder, refusalOf }: Pick<AlsaAccess, 'deviceFolder' | 'refusalOf'>,
): Promise<{ readonly closed: ReadonlySet<string>; readonly gaps: readonly ListGap[] }> {
  const closed = new Set<string>()
  const gaps: ListGap[] = []
  for (const { cardIndex, deviceIndex } of pcms) {
    const node = join(deviceFolder, `pcmC${cardIndex}D${deviceIndex}c`)
    const code = await refusalOf(node)
    if (code === null) continue
    closed.add(`${cardIndex},${deviceIndex}`)
    const name = cards.find(({ index }) => index === cardIndex)?.name ?? `card ${cardIndex}`
    gaps.push(
      code === 'ENOENT'
        ? {
            kind: 'no_device_node',
            text: `${name}: ${node} is missing: in a container, pass ${deviceFolder} in`,
          }
        : {
            kind: 'no_permission',
            text: `${name}: ${node} may not be opened (${code}): add the user to the group audio and log in again, or SupplementaryGroups=audio to the unit`,
          },
    )
  }
  return { closed, gaps }
}

/** As `AlsaAccess` says. ALSA opens a device for reading and writing, even to capture. */
export async function refusalOf(path: string): Promise<string | null> {
  try {
    await access(path, constants.R_OK | constants.W_OK)
    return null
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown error'
  }
}
