import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { StateFile } from '../../src/ops/state-file.js'
import { DiskOutbox } from '../../src/publish/disk-outbox.js'
import type { EventKind } from '../../src/publish/event-store.js'
import type { OutboxBounds } from '../../src/publish/outbox-bounds.js'
import type { OutboxEntry } from '../../src/publish/outbox.js'
import type { Message } from '../../src/publish/publisher.js'
import { FakeClock } from './fake-clock.js'
import { recordingLogger } from './recording-logger.js'

/** A disk outbox whose process can be ended and begun again, on a clock that stands still. */
export class OutboxRig {
  readonly clock = new FakeClock()
  readonly log = recordingLogger()
  readonly #bounds: OutboxBounds
  outbox: DiskOutbox

  constructor(
    readonly stateDir: string,
    bounds: Partial<OutboxBounds> = {},
    private readonly syncWindowMs = 5000,
  ) {
    this.#bounds = { maxEvents: 10_000, maxBytes: 50e6, maxAgeMs: 0, ...bounds }
    this.outbox = this.#begin()
  }

  static async opened(...args: ConstructorParameters<typeof OutboxRig>): Promise<OutboxRig> {
    const rig = new OutboxRig(...args)
    await rig.outbox.open()
    return rig
  }

  async restart(): Promise<void> {
    await this.outbox.close()
    this.outbox = this.#begin()
    await this.outbox.open()
  }

  /** Puts entries under the outbox while it is closed. */
  async putRaw(entries: Readonly<Record<string, string>>): Promise<void> {
    const level = new ClassicLevel(join(this.stateDir, 'outbox'))
    for (const [key, value] of Object.entries(entries)) await level.put(key, value)
    await level.close()
  }

  #begin(): DiskOutbox {
    return new DiskOutbox({
      folder: join(this.stateDir, 'outbox'),
      registerFile: new StateFile(this.stateDir, 'outbox.json'),
      bounds: this.#bounds,
      syncWindowMs: this.syncWindowMs,
      clock: this.clock,
      log: this.log,
      random: Math.random,
    })
  }
}

/** The n-th message, padded. */
export function message(n: number, kind: EventKind = 'event', padding = 0): Message {
  return {
    topic: `t/${kind}`,
    payload: `${n} ${'x'.repeat(padding)}`,
    qos: 1,
    retain: kind === 'alert',
    kind,
  }
}

/** Which messages these are. */
export function payloads(entries: readonly OutboxEntry[]): number[] {
  return entries.map(({ message: { payload } }) => Number.parseInt(payload, 10))
}
