import { randomUUID } from 'node:crypto'
import { AffectdError, FleetError } from '../../errors.js'
import { isJsonObject } from '../../hostile-json.js'
import type { CommandIo } from '../io.js'
import { parseOptions } from '../parse-options.js'
import { awaitOutcome } from './await-outcome.js'
import type { FleetLink } from './fleet-link.js'
import { connectFleet, FLEET_OPTIONS_HELP } from './fleet-options.js'
import type { FleetWorld } from './fleet-world.js'
import type { Outcome } from './outcome.js'
import { readDeviceJson } from './read-device-json.js'
import {
  askBefore,
  ROLL_OUT_HELP,
  ROLL_OUT_OPTIONS,
  rollOutSettings,
  runRollOut,
} from './roll-out-options.js'
import { isOnline, selectDevices } from './select-devices.js'
import { parseSelector, refuseEmptySelector } from './selector.js'
import { passOver } from './set-device.js'

const NAMES = ['status', 'config/reported', 'response/config/rollback']
const TIMEOUT_S = 30
const MAX_TEXT_CHARS = 500

export const ROLLBACK_HELP = `Usage: affectd fleet rollback DEVICE… [--group NAME]… [--all]

Asks devices to go back to the configuration that was in force before. A request is not kept by the broker: devices that
are offline are skipped.

${ROLL_OUT_HELP}                    Default: ${TIMEOUT_S}

${FLEET_OPTIONS_HELP}`

/**
 * `affectd fleet rollback …`
 *
 * @throws {UsageError} USAGE_ARGUMENTS
 * @throws {FleetError} FLEET_FAILED, FLEET_NO_DEVICE
 * @throws {PublishError} PUBLISH_UNREACHABLE, PUBLISH_REFUSED
 * @throws {ConfigError} as `connectFleet`
 */
export async function rollbackCommand(
  args: readonly string[],
  io: CommandIo,
  world: FleetWorld,
): Promise<number> {
  const { values, positionals } = parseOptions('fleet rollback', args, ROLL_OUT_OPTIONS)
  if (values.help === true) {
    io.out(ROLLBACK_HELP)
    return 0
  }
  const selector = parseSelector('fleet rollback', positionals, values)
  refuseEmptySelector('fleet rollback', selector)
  const settings = rollOutSettings('fleet rollback', values, TIMEOUT_S)
  const link = await connectFleet('fleet rollback', values, selector, NAMES, io, world)
  try {
    const devices = selectDevices(link.book, selector)
    if (devices.length === 0) throw new FleetError('FLEET_NO_DEVICE', 'the broker knows no such device')
    const offline = devices.filter((device) => !isOnline(device))
    const passedOver = new Map(offline.map((device) => [device.id, passOver(device)]))
    await askBefore('fleet rollback', 'roll back', devices.length - passedOver.size, settings, world)
    const ids = devices.map(({ id }) => id)
    return await runRollOut(io, world, settings, 'rolled back', ids, passedOver, (id) => {
      const device = link.book.device(id)
      return isOnline(device)
        ? rollBack(link, id, settings.timeoutMs, world)
        : Promise.resolve(passOver(device))
    })
  } finally {
    await link.close()
  }
}

/** Asks one device and waits for its answer. */
function rollBack(
  link: FleetLink,
  id: string,
  timeoutMs: number,
  { clock, signal }: FleetWorld,
): Promise<Outcome> {
  const transaction = randomUUID()
  const base = `${link.prefix}/${id}`
  return awaitOutcome(link, {
    revision: null,
    hear: ({ topic, payload }) =>
      topic === `${base}/response/config/rollback` ? parseRollbackResponse(payload, transaction) : undefined,
    send: () =>
      link.publish({
        topic: `${base}/request/config/rollback`,
        payload: JSON.stringify({ transaction }),
        qos: 1,
        retain: false,
      }),
    whySilent: () => 'it did not answer',
    timeoutMs,
    clock,
    signal,
  })
}

/** @returns undefined for what is no answer to this transaction */
export function parseRollbackResponse(payload: Uint8Array, transaction: string): Outcome | undefined {
  let value
  try {
    value = readDeviceJson(payload)
  } catch (error) {
    if (error instanceof AffectdError) return undefined
    throw error
  }
  if (value['transaction'] !== transaction) return undefined
  if (value['status'] === 'ok') return { kind: 'rolled back', revision: null }
  const error = value['error']
  const text = (name: string): string => {
    const found = isJsonObject(error) ? error[name] : undefined
    return typeof found === 'string' ? found.slice(0, MAX_TEXT_CHARS) : `no ${name}`
  }
  return { kind: 'failed', revision: null, error: { code: text('code'), message: text('message') } }
}
