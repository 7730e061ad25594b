import type { DeviceBook, FleetDevice } from './device-book.js'
import { selects, type Selector } from './selector.js'

/** The selected devices in the book's order, then those named in full that the broker keeps nothing of. */
export function selectDevices(book: DeviceBook, selector: Selector): readonly FleetDevice[] {
  const known = book.devices
  const ids = new Set(known.map(({ id }) => id))
  return [
    ...known.filter((device) => selects(selector, device.id, groupOf(device))),
    ...selector.ids.filter((id) => !ids.has(id)).map((id) => book.device(id)),
  ]
}

export function groupOf({ reported }: FleetDevice): string | null {
  return reported?.groupName ?? null
}

/** Whether it can answer: a degraded device can. */
export function isOnline({ status }: FleetDevice): boolean {
  return status !== undefined && status.state !== 'offline'
}

/** `unknown` where the broker keeps no status that can be read. */
export function stateOf({ status }: FleetDevice): string {
  return status?.state ?? 'unknown'
}
