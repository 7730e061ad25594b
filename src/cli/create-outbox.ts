import { join } from 'node:path'
import type { Config } from '../config/config.js'
import type { Clock } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import { StateFile } from '../ops/state-file.js'
import { DiskOutbox } from '../publish/disk-outbox.js'

const MB = 1024 * 1024
const HOUR_MS = 3_600_000

/** The outbox in `device.state_dir`, with the bounds that are configured. */
export function createOutbox(
  { device, publish }: Pick<Config, 'device' | 'publish'>,
  parts: { readonly clock: Clock; readonly log: Logger },
): DiskOutbox {
  return new DiskOutbox({
    folder: join(device.state_dir, 'outbox'),
    registerFile: new StateFile(device.state_dir, 'outbox.json'),
    bounds: {
      maxEvents: publish.outbox_max_events,
      maxBytes: publish.outbox_max_mb * MB,
      maxAgeMs: publish.outbox_max_age_h * HOUR_MS,
    },
    syncWindowMs: publish.outbox_sync_s * 1000,
    random: Math.random,
    ...parts,
  })
}
