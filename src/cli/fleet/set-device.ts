import { FleetError } from '../../errors.js'
import { awaitVerdict } from './await-verdict.js'
import type { FleetDevice } from './device-book.js'
import type { FleetLink } from './fleet-link.js'
import { desiredTopic } from './fleet-topics.js'
import type { FleetWorld } from './fleet-world.js'
import { failed, type Outcome } from './outcome.js'
import { planRevision, type PlannedRevision } from './plan-revision.js'
import type { RemoteChange } from './remote-change.js'
import type { RevisionSigner } from './revision-signer.js'
import { isOnline, stateOf } from './select-devices.js'

/** What a change of many devices is made with. */
export interface SetJob {
  readonly link: FleetLink
  readonly change: RemoteChange
  readonly signer: RevisionSigner | undefined
  readonly timeoutMs: number
  readonly waitConfirmed: boolean
  readonly includeOffline: boolean
  readonly world: FleetWorld
  readonly caution: (id: string, text: string) => void
}

/** Changes one device. What to send is made out now: what was known at the start may be old. */
export async function setDevice(job: SetJob, id: string): Promise<Outcome> {
  const { link, waitConfirmed, timeoutMs, world } = job
  const device = link.book.device(id)
  const isAwaited = isOnline(device)
  if (!isAwaited && !job.includeOffline) return passOver(device)
  let plan: PlannedRevision
  try {
    plan = planDevice(job, device)
  } catch (error) {
    return failed(null, error)
  }
  if (plan.isInForce) return { kind: 'unchanged', revision: plan.revision }
  if (plan.caution !== null) job.caution(id, plan.caution)
  const { revision, payload } = plan
  const topic = desiredTopic(link.prefix, 'device', id)
  const send = (): Promise<void> => link.publish({ topic, payload, qos: 1, retain: true })
  if (isAwaited) {
    return awaitVerdict(link, {
      id,
      desiredOf: id,
      scope: 'device',
      revision,
      payload,
      send,
      waitConfirmed,
      before: device.reported,
      timeoutMs,
      clock: world.clock,
      signal: world.signal,
    })
  }
  try {
    await send()
    return { kind: 'sent', revision, why: `it is ${stateOf(device)} and will find it` }
  } catch (error) {
    return failed(revision, error)
  }
}

/** @throws {FleetError} FLEET_MALFORMED, and as `planRevision` */
export function planDevice({ change, signer }: SetJob, device: FleetDevice): PlannedRevision {
  const { id, desired, reported, unreadable } = device
  if (unreadable.has('config/reported')) {
    throw new FleetError('FLEET_MALFORMED', 'what it reported of its configuration cannot be read')
  }
  if (reported === undefined && isOnline(device) && !change.isReplacing) {
    throw new FleetError(
      'FLEET_OVERLAY_UNKNOWN',
      'it is online and the broker has no report of its configuration, so nobody knows what to lay the change over',
    )
  }
  return planRevision({
    target: `device/${id}`,
    kept: desired,
    reported: reported === undefined ? [] : [reported.device],
    change,
    signer,
  })
}

/** An outcome for a device that cannot answer now. */
export function passOver(device: FleetDevice): Outcome {
  return { kind: 'skipped', revision: null, why: `it is ${stateOf(device)}` }
}
