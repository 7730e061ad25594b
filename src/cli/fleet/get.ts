import { FleetError, UsageError } from '../../errors.js'
import type { JsonObject } from '../../hostile-json.js'
import type { CommandIo } from '../io.js'
import { parseOptions } from '../parse-options.js'
import { plain } from '../../plain-text.js'
import { textTable } from '../text-table.js'
import { compareConfigs, wantedLeaves, type ComparedValue } from './compare-configs.js'
import type { FleetDevice } from './device-book.js'
import { connectFleet, FLEET_OPTIONS, FLEET_OPTIONS_HELP } from './fleet-options.js'
import type { FleetWorld } from './fleet-world.js'
import { selectDevices } from './select-devices.js'
import { parseSelector, refuseEmptySelector } from './selector.js'

const MAX_IDS_SHOWN = 8

export const GET_HELP = `Usage: affectd fleet get DEVICE… [KEY…] [--group NAME]… [--all] [--differing] [--json]

The configuration in force, as the devices reported it, secrets masked. A KEY has a dot in it: affect.min_confidence, or
'affect.*' for all of a group of keys. Where devices differ, each value has a line and says which devices have it.

  --differing     only keys in which the devices differ
  --json          one JSON object a device and line

${FLEET_OPTIONS_HELP}`

/**
 * `affectd fleet get …`
 *
 * @throws {UsageError} USAGE_ARGUMENTS
 * @throws {FleetError} FLEET_NO_DEVICE; FLEET_FAILED if the configuration of one selected is not known
 * @throws {PublishError} PUBLISH_UNREACHABLE, PUBLISH_REFUSED
 * @throws {ConfigError} as `connectFleet`
 */
export async function getCommand(args: readonly string[], io: CommandIo, world: FleetWorld): Promise<number> {
  const { values, positionals } = parseOptions('fleet get', args, {
    ...FLEET_OPTIONS,
    json: { type: 'boolean' },
    differing: { type: 'boolean' },
  })
  if (values.help === true) {
    io.out(GET_HELP)
    return 0
  }
  const keys = positionals.filter((word) => word.includes('.'))
  const wrong = keys.find((key) => !/^[A-Za-z0-9_.*?]{1,200}$/.test(key))
  if (wrong !== undefined) {
    throw new UsageError(
      'USAGE_ARGUMENTS',
      `affectd fleet get: '${wrong}' is no key; see affectd config schema`,
    )
  }
  const selector = parseSelector(
    'fleet get',
    positionals.filter((word) => !word.includes('.')),
    values,
  )
  refuseEmptySelector('fleet get', selector)
  const link = await connectFleet('fleet get', values, selector, ['config/reported'], io, world)
  await link.close()
  const devices = selectDevices(link.book, selector)
  if (devices.length === 0) throw new FleetError('FLEET_NO_DEVICE', 'the broker knows no such device')
  const configs = new Map(devices.flatMap(({ id, reported }) => (reported ? [[id, reported.effective]] : [])))
  if (values.json === true) for (const device of devices) io.out(jsonLine(device, keys))
  else io.out(tableOf(configs, keys, values.differing === true))
  const missing = devices.filter(({ reported }) => reported === undefined).map(({ id }) => id)
  if (missing.length > 0) {
    throw new FleetError(
      'FLEET_FAILED',
      `${missing.length} of ${devices.length} devices reported no configuration that can be read: ${shortList(missing)}`,
    )
  }
  return 0
}

/** Some names and how many more there are. */
export function shortList(ids: readonly string[]): string {
  const shown = ids.slice(0, MAX_IDS_SHOWN).join(', ')
  return ids.length > MAX_IDS_SHOWN ? `${shown} and ${ids.length - MAX_IDS_SHOWN} more` : shown
}

function tableOf(
  configs: ReadonlyMap<string, JsonObject>,
  keys: readonly string[],
  isDifferingOnly: boolean,
): string {
  const compared = compareConfigs(configs, keys).filter(
    ({ ids }) => !isDifferingOnly || ids.length < configs.size,
  )
  if (compared.length === 0) return ''
  if (configs.size === 1) return textTable(['key', 'value'], compared.map(keyAndValue))
  const rows = compared.map((value) => [...keyAndValue(value), whose(value, configs.size)])
  return textTable(['key', 'value', 'devices'], rows)
}

function keyAndValue({ key, value }: ComparedValue): string[] {
  return [plain(key), plain(value)]
}

function whose({ ids }: ComparedValue, count: number): string {
  return ids.length === count ? `all ${count}` : `${ids.length}: ${shortList(ids)}`
}

function jsonLine({ id, reported }: FleetDevice, keys: readonly string[]): string {
  const effective = reported && Object.fromEntries(wantedLeaves(reported.effective, keys))
  const line = {
    device_id: id,
    revision: reported?.device.revision ?? null,
    group_revision: reported?.group.revision ?? null,
    confirmed: reported?.confirmed ?? null,
    effective: effective ?? null,
  }
  return `${JSON.stringify(line)}\n`
}
