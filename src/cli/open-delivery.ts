import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import type { Config } from '../config/config.js'
import { DeliveryStore } from '../delivery/delivery-store.js'
import { IncomingArchive } from '../delivery/incoming-archive.js'
import { ModelShelf } from '../delivery/model-shelf.js'
import { ModelSource } from '../delivery/model-source.js'
import { readVerificationKey } from '../ed25519.js'
import { ModelInForce } from '../model-in-force.js'
import { ModelIntake } from '../model-intake.js'
import type { Clock } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import { StateFile } from '../ops/state-file.js'
import { loadInt8Model } from './judge.js'
import { readSettingFile } from './read-setting-file.js'

/** Models from afar: which one is in force, and how others arrive. */
export interface ModelDelivery {
  readonly inForce: ModelInForce
  readonly intake: ModelIntake
  close(): void
}

/**
 * @param key as `modelKey` read it
 * @returns undefined where none may be delivered
 */
export function openDelivery(
  { classify, device }: Pick<Config, 'classify' | 'device'>,
  key: KeyObject | undefined,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): ModelDelivery | undefined {
  // What is delivered has the engine's own form alone.
  if (key === undefined || classify.backend !== 'int8') return undefined
  const shelf = new ModelShelf(join(device.state_dir, 'models'))
  const incoming = new IncomingArchive(shelf.folder)
  const source = new ModelSource({
    shelf,
    key,
    load: loadInt8Model,
    loadReleased: () => loadInt8Model(classify.model),
    log,
  })
  const inForce = new ModelInForce({
    store: new DeliveryStore({
      file: new StateFile(device.state_dir, 'models.json'),
      log,
      nowMs: () => clock.nowMs(),
    }),
    shelf,
    arriving: () => incoming.order,
    source,
    trialMs: classify.model_trial_s * 1000,
    clock,
    log,
  })
  const intake = new ModelIntake({
    inForce,
    incoming,
    shelf,
    key,
    maxBytes: Math.floor(classify.model_max_mb * 2 ** 20),
    ca: () => authority(classify.model_ca_file),
    clock,
    log,
  })
  return {
    inForce,
    intake,
    close() {
      intake.close()
      inForce.close()
    },
  }
}

/**
 * What delivered models must be signed with the other half of; undefined: none are taken.
 *
 * @throws {ConfigError} CONFIG_NOT_FOUND, CONFIG_REMOTE_KEY
 */
export function modelKey({ classify }: Pick<Config, 'classify'>): KeyObject | undefined {
  const { model_key_file: path } = classify
  if (path === '') return undefined
  const pem = readSettingFile('classify.model_key_file', path)
  return readVerificationKey(pem, `classify.model_key_file (${path})`)
}

function authority(path: string): string | undefined {
  return path === '' ? undefined : readSettingFile('classify.model_ca_file', path)
}
