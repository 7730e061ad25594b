import { FleetError } from '../../errors.js'
import type { CommandIo } from '../io.js'
import { awaitVerdict } from './await-verdict.js'
import { desiredTopic } from './fleet-topics.js'
import type { Outcome } from './outcome.js'
import { planRevision } from './plan-revision.js'
import { describeChange } from './remote-change.js'
import { askBefore, runRollOut, type RollOutSettings } from './roll-out-options.js'
import { isOnline, stateOf } from './select-devices.js'
import type { SetJob } from './set-device.js'

/**
 * Changes the configuration of a group: one message, which all its devices hear at the same time. Those that are offline
 * will find it.
 *
 * @param ids the devices that say they are in the group
 * @throws {FleetError} FLEET_FAILED, FLEET_NO_DEVICE, and as `planRevision`
 */
export async function setGroup(
  job: SetJob,
  group: string,
  ids: readonly string[],
  settings: RollOutSettings,
  isDryRun: boolean,
  io: CommandIo,
): Promise<number> {
  const { link, change, signer, world } = job
  // As they were before anything is sent: what they say of earlier revisions is told apart by it.
  const before = new Map(ids.map((id) => [id, { ...link.book.device(id) }]))
  const devices = [...before.values()]
  const plan = planRevision({
    target: `group/${group}`,
    kept: link.book.groupDesired(group),
    reported: devices.flatMap(({ reported }) => (reported === undefined ? [] : [reported.group])),
    change,
    signer,
  })
  const { revision, payload, isInForce } = plan
  if (plan.caution !== null) job.caution(group, plan.caution)
  if (isDryRun) {
    io.out(`${JSON.stringify({ group, revision, patch: plan.overlay, is_in_force: isInForce })}\n`)
    return 0
  }
  const hasOnline = devices.some(isOnline)
  if (!hasOnline && !job.includeOffline) {
    throw new FleetError(
      'FLEET_NO_DEVICE',
      `no device of the group ${group} is online; --include-offline sends all the same`,
    )
  }
  await askBefore(
    'fleet set',
    `${describeChange(change)} for the group ${group}`,
    ids.length,
    settings,
    world,
  )
  let sent: Promise<void> | undefined
  const topic = desiredTopic(link.prefix, 'group', group)
  const send = (): Promise<void> => (sent ??= link.publish({ topic, payload, qos: 1, retain: true }))
  if (!hasOnline && !isInForce) await send()
  if (ids.length === 0) {
    if (!settings.isJson)
      io.out(`revision ${revision} of the group ${group} is sent; no device is in it yet\n`)
    return 0
  }
  const act = (id: string): Promise<Outcome> => {
    if (isInForce) return Promise.resolve({ kind: 'unchanged', revision })
    return awaitVerdict(link, {
      id,
      desiredOf: group,
      scope: 'group',
      revision,
      payload,
      send,
      waitConfirmed: job.waitConfirmed,
      before: before.get(id)?.reported,
      timeoutMs: job.timeoutMs,
      clock: world.clock,
      signal: world.signal,
    })
  }
  const passedOver = new Map<string, Outcome>(
    devices
      .filter((device) => !isOnline(device))
      .map((device) => [
        device.id,
        { kind: 'sent', revision, why: `it is ${stateOf(device)} and will find it` },
      ]),
  )
  const allAtOnce = { ...settings, stages: [{ percent: 100 }], maxFailures: Infinity }
  const goal = job.waitConfirmed ? 'confirmed' : 'applied'
  return runRollOut(io, world, allAtOnce, goal, ids, passedOver, act)
}
