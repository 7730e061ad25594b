import { UsageError } from '../../errors.js'

/** How far a roll-out goes before it looks back: so many devices, or such a share of them. */
export type Stage = { readonly devices: number } | { readonly percent: number }

/** One device first, then a tenth, then all. */
export const DEFAULT_STAGES = '1,10%,100%'

/**
 * @param text `1,10%,100%`: totals, not steps
 * @throws {UsageError} USAGE_ARGUMENTS
 */
export function parseStages(command: string, text: string): readonly Stage[] {
  return text.split(',').map((part) => {
    const [, digits, percent] = /^(\d{1,6})(%?)$/.exec(part.trim()) ?? []
    const number = Number(digits)
    if (digits === undefined || number < 1 || (percent === '%' && number > 100)) {
      throw new UsageError(
        'USAGE_ARGUMENTS',
        `affectd ${command}: --stages takes numbers of devices and shares like ${DEFAULT_STAGES}, not '${part}'`,
      )
    }
    return percent === '%' ? { percent: number } : { devices: number }
  })
}

/**
 * Where each stage ends.
 *
 * @param count devices in all
 * @returns numbers of devices, rising, none above `count`; what the last leaves out is not changed
 */
export function stageEnds(stages: readonly Stage[], count: number): readonly number[] {
  const ends: number[] = []
  for (const stage of stages) {
    // A share is rounded up: ten percent of five devices is one, not none.
    const end = 'devices' in stage ? stage.devices : Math.ceil((count * stage.percent) / 100)
    const capped = Math.min(count, end)
    if (capped > (ends.at(-1) ?? 0)) ends.push(capped)
  }
  return ends
}
