import { parseDesired, type Desired } from '../../config/remote/desired.js'
import { AffectdError } from '../../errors.js'
import type { IncomingMessage } from '../../publish/link.js'
import {
  parseHealth,
  parseInfo,
  parseListening,
  parseStatus,
  type HealthState,
  type InfoState,
  type StatusState,
} from './device-states.js'
import { parseFleetTopic } from './fleet-topics.js'
import { parseReported, type Reported } from './reported.js'

/** More than one broker's worth; what a stranger makes up beyond it is counted and forgotten. */
export const MAX_DEVICES = 10_000

/** What the broker keeps as desired: `unreadable` is something, but no revision. */
export type KeptDesired = Desired | 'unreadable' | undefined

/** What is known of one device, from what the broker keeps and what has come since. */
export interface FleetDevice {
  readonly id: string
  status?: StatusState | undefined
  info?: InfoState | undefined
  health?: HealthState | undefined
  listening?: boolean | undefined
  reported?: Reported | undefined
  desired?: KeptDesired
  /** Topics whose last payload could not be read. */
  readonly unreadable: Set<string>
}

/** Every device heard of, by what they say of themselves. All of it is hostile until it is in here. */
export class DeviceBook {
  readonly #devices = new Map<string, FleetDevice>()
  readonly #groups = new Map<string, KeptDesired>()
  #overflow = 0

  constructor(
    private readonly prefix: string,
    private readonly maxDevices = MAX_DEVICES,
  ) {}

  /** Messages of devices or groups that there was no room for. */
  get overflow(): number {
    return this.#overflow
  }

  /** In the order of their ids, numbers in them by value: bus-2 before bus-10. */
  get devices(): readonly FleetDevice[] {
    const order = new Intl.Collator('en', { numeric: true })
    return [...this.#devices.values()].sort((a, b) => order.compare(a.id, b.id) || (a.id < b.id ? -1 : 1))
  }

  /** What is known of a device; nothing but its id if it is unknown. */
  device(id: string): FleetDevice {
    return this.#devices.get(id) ?? { id, unreadable: new Set() }
  }

  groupDesired(group: string): KeptDesired {
    return this.#groups.get(group)
  }

  /** @returns the device that the message is of, if it told something of one */
  accept({ topic, payload }: Pick<IncomingMessage, 'topic' | 'payload'>): FleetDevice | undefined {
    const of = parseFleetTopic(topic, this.prefix)
    if (of === undefined) return undefined
    if (of.kind === 'group') {
      if (of.name === 'config/desired') this.#keepGroup(of.group, payload)
      return undefined
    }
    // A topic that is cleared makes nobody known.
    const device = payload.length === 0 ? this.#devices.get(of.id) : this.#room(of.id)
    if (device !== undefined) note(device, of.name, payload)
    return device
  }

  #keepGroup(group: string, payload: Uint8Array): void {
    if (!this.#groups.has(group) && this.#groups.size >= this.maxDevices) this.#overflow += 1
    else this.#groups.set(group, keptDesired(payload))
  }

  #room(id: string): FleetDevice | undefined {
    const known = this.#devices.get(id)
    if (known !== undefined) return known
    if (this.#devices.size >= this.maxDevices) {
      this.#overflow += 1
      return undefined
    }
    const device: FleetDevice = { id, unreadable: new Set() }
    this.#devices.set(id, device)
    return device
  }
}

function note(device: FleetDevice, name: string, payload: Uint8Array): void {
  if (name === 'config/desired') {
    device.desired = keptDesired(payload)
    return
  }
  const read = READERS.get(name)
  if (read === undefined) return
  device.unreadable.delete(name)
  try {
    // An empty payload is how a retained message is cleared.
    read(device, payload.length === 0 ? undefined : payload)
  } catch (error) {
    if (!(error instanceof AffectdError)) throw error
    read(device, undefined)
    device.unreadable.add(name)
  }
}

/** undefined forgets. */
const READERS: ReadonlyMap<string, (device: FleetDevice, payload: Uint8Array | undefined) => void> = new Map([
  ['status', (device, payload) => assign(device, 'status', payload && parseStatus(payload))],
  ['info', (device, payload) => assign(device, 'info', payload && parseInfo(payload))],
  ['health', (device, payload) => assign(device, 'health', payload && parseHealth(payload))],
  ['listening', (device, payload) => assign(device, 'listening', payload && parseListening(payload))],
  ['config/reported', (device, payload) => assign(device, 'reported', payload && parseReported(payload))],
])

function assign<K extends 'status' | 'info' | 'health' | 'listening' | 'reported'>(
  device: FleetDevice,
  key: K,
  value: FleetDevice[K],
): void {
  device[key] = value
}

function keptDesired(payload: Uint8Array): KeptDesired {
  if (payload.length === 0) return undefined
  try {
    return parseDesired(payload)
  } catch (error) {
    if (!(error instanceof AffectdError)) throw error
    return 'unreadable'
  }
}
