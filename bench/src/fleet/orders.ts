/** What the simulator tells a process of devices. Each order is answered by a report once it is carried out. */
export type Order =
  | { readonly kind: 'add'; readonly ids: readonly string[]; readonly url: string }
  /** @property eventsPerSecond of each device */
  | { readonly kind: 'pace'; readonly eventsPerSecond: number }
  | { readonly kind: 'report' }
  | { readonly kind: 'stop' }

/** Sums over the devices of a process. */
export interface WorkerReport {
  readonly connected: number
  readonly reconnects: number
  readonly outboxDepth: number
  readonly outboxDropped: number
  /** Boot id and last seq of each device. */
  readonly sent: readonly (readonly [bootId: string, seq: number])[]
}
