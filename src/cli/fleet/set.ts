import type { CommandIo } from '../io.js'
import { FleetError, UsageError } from '../../errors.js'
import { parseOptions } from '../parse-options.js'
import { plain } from '../../plain-text.js'
import type { FleetDevice } from './device-book.js'
import { connectFleet, FLEET_OPTIONS_HELP } from './fleet-options.js'
import type { FleetWorld } from './fleet-world.js'
import { describeChange } from './remote-change.js'
import { readRevisionSigner } from './revision-signer.js'
import {
  askBefore,
  ROLL_OUT_HELP,
  ROLL_OUT_OPTIONS,
  rollOutSettings,
  runRollOut,
} from './roll-out-options.js'
import { isOnline, selectDevices } from './select-devices.js'
import { parseSelector, refuseEmptySelector } from './selector.js'
import { passOver, planDevice, setDevice, type SetJob } from './set-device.js'
import { setGroup } from './set-group.js'
import { changeFrom } from './set-options.js'

const NAMES = ['status', 'config/reported', 'config/desired']
const APPLIED_TIMEOUT_S = 30
/** A trial takes two minutes unless a device is told otherwise. */
const CONFIRMED_TIMEOUT_S = 180

export const SET_HELP = `Usage: affectd fleet set DEVICE… KEY=VALUE… [--patch FILE|-] [--unset KEY]… [--replace]

Changes what is configured from afar, keeping the rest of it, and waits until each device says what it made of it. Values
are checked before anything is sent. KEY=null makes a key local again whatever the group says; --unset takes it out of
the device's own configuration, so that the group's holds.

  --patch FILE       JSON with keys to set; - reads stdin
  --unset KEY        a key or group of keys
  --replace          what is given is all: forget what was set before
  --sign KEY.pem     sign with an Ed25519 private key. Only what that key has signed is built upon
  --group-config     change the configuration of the one --group instead of its devices': one message, no stages
  --wait-confirmed   wait until the change has stood its trial
  --include-offline  send it to devices that are offline too, which will find it; they are not waited for
  --dry-run          show what would be sent

${ROLL_OUT_HELP}                    Default: ${APPLIED_TIMEOUT_S}, with --wait-confirmed ${CONFIRMED_TIMEOUT_S}

${FLEET_OPTIONS_HELP}`

/**
 * `affectd fleet set …`
 *
 * @throws {UsageError} USAGE_ARGUMENTS
 * @throws {InputError} as `changeFrom`
 * @throws {ConfigError} as `changeFrom`, `readRevisionSigner` and `connectFleet`
 * @throws {FleetError} FLEET_FAILED, FLEET_NO_DEVICE
 * @throws {PublishError} PUBLISH_UNREACHABLE, PUBLISH_REFUSED
 */
export async function setCommand(args: readonly string[], io: CommandIo, world: FleetWorld): Promise<number> {
  const { values, positionals } = parseOptions('fleet set', args, {
    ...ROLL_OUT_OPTIONS,
    patch: { type: 'string' },
    unset: { type: 'string', multiple: true },
    replace: { type: 'boolean' },
    sign: { type: 'string' },
    'group-config': { type: 'boolean' },
    'wait-confirmed': { type: 'boolean' },
    'include-offline': { type: 'boolean' },
    'dry-run': { type: 'boolean' },
  })
  if (values.help === true) {
    io.out(SET_HELP)
    return 0
  }
  const words = positionals.filter((word) => !word.includes('='))
  const selector = parseSelector('fleet set', words, values)
  refuseEmptySelector('fleet set', selector)
  const isOneGroup = selector.groups.length === 1 && selector.ids.length + selector.patterns.length === 0
  if (values['group-config'] === true && !isOneGroup) {
    throw new UsageError(
      'USAGE_ARGUMENTS',
      'affectd fleet set: --group-config goes with one --group and no devices',
    )
  }
  const waitConfirmed = values['wait-confirmed'] === true
  const settings = rollOutSettings(
    'fleet set',
    values,
    waitConfirmed ? CONFIRMED_TIMEOUT_S : APPLIED_TIMEOUT_S,
  )
  const pairs = positionals.filter((word) => word.includes('='))
  const change = changeFrom(pairs, values, world.stdin)
  const signer = values.sign === undefined ? undefined : readRevisionSigner(values.sign)
  const link = await connectFleet('fleet set', values, selector, NAMES, io, world)
  const job: SetJob = {
    link,
    change,
    signer,
    timeoutMs: settings.timeoutMs,
    waitConfirmed,
    includeOffline: values['include-offline'] === true,
    world,
    caution: (id, text) => io.err(`${id}: ${plain(text)}\n`),
  }
  try {
    const devices = selectDevices(link.book, selector)
    const ids = devices.map(({ id }) => id)
    const isDryRun = values['dry-run'] === true
    if (values['group-config'] === true) {
      return await setGroup(job, selector.groups[0], ids, settings, isDryRun, io)
    }
    if (devices.length === 0) throw new FleetError('FLEET_NO_DEVICE', 'the broker knows no such device')
    const passedOver = new Map(
      devices
        .filter((device) => !isOnline(device) && !job.includeOffline)
        .map((device) => [device.id, passOver(device)]),
    )
    if (isDryRun)
      return showPlans(
        job,
        devices.filter(({ id }) => !passedOver.has(id)),
        io,
      )
    await askBefore('fleet set', describeChange(change), ids.length - passedOver.size, settings, world)
    const goal = waitConfirmed ? 'confirmed' : 'applied'
    return await runRollOut(io, world, settings, goal, ids, passedOver, (id) => setDevice(job, id))
  } finally {
    await link.close()
  }
}

function showPlans(job: SetJob, devices: readonly FleetDevice[], io: CommandIo): number {
  for (const device of devices) {
    const plan = planDevice(job, device)
    if (plan.caution !== null) job.caution(device.id, plan.caution)
    const { revision, overlay: patch, isInForce } = plan
    io.out(`${JSON.stringify({ device_id: device.id, revision, patch, is_in_force: isInForce })}\n`)
  }
  return 0
}
