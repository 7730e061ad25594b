import type { CommandIo } from '../io.js'
import { parseOptions, refusePositionals } from '../parse-options.js'
import { DEVICE_OPTIONS, deviceOptionsHelp, withDevice, type DeviceWorld } from './device-options.js'
import { standing } from './send.js'

export const ROLLBACK_HELP = `Usage: affectd model rollback --device ID [--broker URL]

Has a device return to the model before, and in the end to the one that its release ships.

${deviceOptionsHelp()}`

/**
 * `affectd model rollback --device ID`
 *
 * @throws {UsageError} USAGE_ARGUMENTS
 * @throws {FleetError} FLEET_FAILED with the device's code, FLEET_TIMEOUT
 * @throws {PublishError} PUBLISH_UNREACHABLE, PUBLISH_REFUSED
 */
export async function rollbackCommand(
  args: readonly string[],
  io: CommandIo,
  world?: DeviceWorld,
): Promise<number> {
  const { values, positionals } = parseOptions('model rollback', args, DEVICE_OPTIONS)
  if (values.help === true) {
    io.out(ROLLBACK_HELP)
    return 0
  }
  refusePositionals('model rollback', positionals)
  return withDevice('model rollback', values, io, world, async (requests, device) => {
    io.out(`${device}: ${standing(await requests.ask('model/rollback', {}))}\n`)
    return 0
  })
}
