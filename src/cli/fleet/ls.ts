import type { CommandIo } from '../io.js'
import { parseOptions } from '../parse-options.js'
import { plain } from '../../plain-text.js'
import { textTable } from '../text-table.js'
import type { FleetDevice } from './device-book.js'
import { connectFleet, FLEET_OPTIONS, FLEET_OPTIONS_HELP } from './fleet-options.js'
import type { FleetWorld } from './fleet-world.js'
import { groupOf, selectDevices, stateOf } from './select-devices.js'
import { isEmptySelector, parseSelector } from './selector.js'

const NAMES = ['status', 'info', 'health', 'listening', 'config/reported']
const HEAD = 'device state since version model group revision config outbox speech listening'.split(' ')

export const LS_HELP = `Usage: affectd fleet ls [DEVICE…] [--group NAME]… [--json]

What the broker keeps of each device; without a selection, of all. "since" is when the device said its state; of one
whose connection was lost, when that connection began. "config" is what became of the revision, and whether it has
stood its trial. "outbox" counts events not yet delivered, "speech" is the share of speech in the last health report.

  --json          one JSON object a line

${FLEET_OPTIONS_HELP}`

/**
 * `affectd fleet ls …`
 *
 * @throws {UsageError} USAGE_ARGUMENTS
 * @throws {PublishError} PUBLISH_UNREACHABLE, PUBLISH_REFUSED
 * @throws {ConfigError} as `connectFleet`
 */
export async function lsCommand(args: readonly string[], io: CommandIo, world: FleetWorld): Promise<number> {
  const { values, positionals } = parseOptions('fleet ls', args, {
    ...FLEET_OPTIONS,
    json: { type: 'boolean' },
  })
  if (values.help === true) {
    io.out(LS_HELP)
    return 0
  }
  const given = parseSelector('fleet ls', positionals, values)
  const selector = isEmptySelector(given) ? { ...given, isAll: true } : given
  const link = await connectFleet('fleet ls', values, selector, NAMES, io, world)
  try {
    const devices = selectDevices(link.book, selector)
    if (values.json === true) for (const device of devices) io.out(`${JSON.stringify(jsonOf(device))}\n`)
    else if (devices.length === 0) io.err('the broker knows no such device\n')
    else io.out(textTable(HEAD, devices.map(rowOf), ['revision', 'outbox', 'speech']))
  } finally {
    await link.close()
  }
  return 0
}

function rowOf(device: FleetDevice): readonly string[] {
  const { status, info, health, reported } = device
  const reason = status?.reason == null ? '' : ` (${status.reason})`
  return [
    device.id,
    `${stateOf(device)}${reason}`,
    status?.time,
    info?.version,
    info?.modelId,
    groupOf(device),
    reported?.device.revision,
    configWord(device),
    health?.outboxDepth,
    health?.speechRatio == null ? null : `${Math.round(health.speechRatio * 100)} %`,
    device.listening === undefined ? null : device.listening ? 'yes' : 'no',
  ].map((cell) => (cell == null || cell === '' ? '–' : plain(String(cell))))
}

/** What became of the device's own revision, of the group's where that is worse or alone, and whether it is tried yet. */
export function configWord({ reported, unreadable }: FleetDevice): string {
  if (reported === undefined) return unreadable.has('config/reported') ? 'unreadable' : ''
  const { device, group, confirmed } = reported
  const parts = [
    device.status?.replace('_', ' '),
    group.status === null ? undefined : `group ${group.revision} ${group.status.replace('_', ' ')}`,
  ].filter((part) => part !== undefined)
  if (parts.length === 0) return 'local'
  return `${parts.join(', ')}${confirmed ? '' : ', on trial'}`
}

function jsonOf(device: FleetDevice): object {
  const { status, info, health, reported } = device
  return {
    device_id: device.id,
    state: stateOf(device),
    reason: status?.reason ?? null,
    since: status?.time ?? null,
    version: info?.version ?? null,
    model: info?.modelId ?? null,
    group: groupOf(device),
    config:
      reported === undefined
        ? null
        : {
            revision: reported.device.revision,
            status: reported.device.status,
            error: reported.device.error,
            group_revision: reported.group.revision,
            group_status: reported.group.status,
            group_error: reported.group.error,
            confirmed: reported.confirmed,
            trial_until: reported.trialUntil,
          },
    outbox_depth: health?.outboxDepth ?? null,
    speech_ratio: health?.speechRatio ?? null,
    listening: device.listening ?? null,
    unreadable: [...device.unreadable],
  }
}
