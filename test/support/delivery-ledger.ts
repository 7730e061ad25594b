/** What arrived of one boot of one device. */
interface Boot {
  readonly seen: Set<number>
  highest: number
  repeated: number
  outOfOrder: number
}

/** What a subscriber can tell from `boot_id` and `seq` alone. */
export interface Account {
  readonly received: number
  readonly distinct: number
  /** Arrivals of what had arrived before. At least once allows them. */
  readonly repeated: number
  /** First arrivals after one of a higher seq. */
  readonly outOfOrder: number
  /** Numbers between 1 and what was sent that never came. */
  readonly lost: number
}

/** Books every event by boot and seq. Feed it what a subscriber hears, in that order. */
export class DeliveryLedger {
  readonly #boots = new Map<string, Boot>()

  /** @returns whether it came for the first time */
  book({ boot_id, seq }: { readonly boot_id: string; readonly seq: number }): boolean {
    let boot = this.#boots.get(boot_id)
    if (boot === undefined) {
      boot = { seen: new Set(), highest: 0, repeated: 0, outOfOrder: 0 }
      this.#boots.set(boot_id, boot)
    }
    if (boot.seen.has(seq)) {
      boot.repeated += 1
      return false
    }
    boot.seen.add(seq)
    if (seq < boot.highest) boot.outOfOrder += 1
    boot.highest = Math.max(boot.highest, seq)
    return true
  }

  /** @param sent last seq of each boot, by what the devices themselves say */
  account(sent: ReadonlyMap<string, number>): Account {
    const boots = [...this.#boots.values()]
    const sum = (of: (boot: Boot) => number): number => boots.reduce((total, boot) => total + of(boot), 0)
    const distinct = sum(({ seen }) => seen.size)
    const repeated = sum((boot) => boot.repeated)
    let lost = 0
    for (const [bootId, last] of sent) {
      const seen = this.#boots.get(bootId)?.seen
      for (let seq = 1; seq <= last; seq++) if (seen?.has(seq) !== true) lost += 1
    }
    return {
      received: distinct + repeated,
      distinct,
      repeated,
      outOfOrder: sum(({ outOfOrder }) => outOfOrder),
      lost,
    }
  }
}
