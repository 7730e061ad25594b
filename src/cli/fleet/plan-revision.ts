import { DESIRED_MAX_BYTES, type Desired } from '../../config/remote/desired.js'
import { canonicalJson, type SignedTarget } from '../../config/remote/signed-text.js'
import { FleetError } from '../../errors.js'
import type { JsonObject } from '../../hostile-json.js'
import type { KeptDesired } from './device-book.js'
import { changedOverlay, type RemoteChange } from './remote-change.js'
import type { ReportedRevision } from './reported.js'
import type { RevisionSigner } from './revision-signer.js'

export interface RevisionInputs {
  readonly target: SignedTarget
  /** What the broker keeps as desired. */
  readonly kept: KeptDesired
  /** What was made of it: of one device, or of all in the group. */
  readonly reported: readonly ReportedRevision[]
  readonly change: RemoteChange
  readonly signer: RevisionSigner | undefined
}

/** The next revision of a device or group. */
export interface PlannedRevision {
  readonly revision: number
  readonly overlay: JsonObject
  /** Of `config/desired`. */
  readonly payload: string
  /** It is in force already: nothing need be sent. `revision` is the one in force then. */
  readonly isInForce: boolean
  /** The change is laid over one that the device would not keep, in words. */
  readonly caution: string | null
}

/**
 * Lays a change over the overlay that the broker keeps. That has to be the one that the device knows, or keys would be
 * lost that nobody meant to touch; with a signer it has to be signed by the same key, or whoever can write to the
 * broker would have their own keys signed.
 *
 * @throws {FleetError} FLEET_OVERLAY_UNKNOWN, FLEET_UNSIGNED, FLEET_REVISION_LIMIT, FLEET_TOO_LARGE
 */
export function planRevision({ target, kept, reported, change, signer }: RevisionInputs): PlannedRevision {
  const known = kept === 'unreadable' ? undefined : kept
  const trusted = known !== undefined && (signer?.isOwn(target, known) ?? true) ? known : undefined
  const lastReported = reported.reduce((last, { revision }) => Math.max(last, revision), 0)
  if (!change.isReplacing) checkOverlay(target, kept, trusted, lastReported)
  const overlay = changedOverlay(trusted?.patch ?? {}, change)
  if (trusted !== undefined && isInForce(trusted, overlay, reported)) {
    return { revision: trusted.revision, overlay, payload: '', isInForce: true, caution: null }
  }
  const revision = Math.max(trusted?.revision ?? 0, lastReported) + 1
  if (!Number.isSafeInteger(revision)) {
    throw new FleetError(
      'FLEET_REVISION_LIMIT',
      `${target}: no revision is higher than ${revision - 1}; clear config/desired, and where it was taken stop affectd, remove remote-config.json from device.state_dir and start it again`,
    )
  }
  const signature = signer?.sign(target, revision, overlay)
  const payload = JSON.stringify({ revision, patch: overlay, ...(signature !== undefined && { signature }) })
  const bytes = Buffer.byteLength(payload)
  if (bytes > DESIRED_MAX_BYTES) {
    throw new FleetError(
      'FLEET_TOO_LARGE',
      `${target}: the revision has ${bytes} bytes, ${DESIRED_MAX_BYTES} are allowed; --unset what it need not set`,
    )
  }
  return { revision, overlay, payload, isInForce: false, caution: cautionOf(change, trusted, reported) }
}

function checkOverlay(
  target: SignedTarget,
  kept: KeptDesired,
  trusted: Desired | undefined,
  lastReported: number,
): void {
  if (kept !== undefined && kept !== 'unreadable' && trusted === undefined) {
    throw new FleetError(
      'FLEET_UNSIGNED',
      `${target}: what config/desired holds is not signed by this key, so nothing is laid over it; --replace sets all anew`,
    )
  }
  if (kept === 'unreadable' || (trusted?.revision ?? 0) < lastReported) {
    const found = kept === 'unreadable' ? 'something else' : `revision ${trusted?.revision ?? 0}`
    throw new FleetError(
      'FLEET_OVERLAY_UNKNOWN',
      `${target}: revision ${lastReported} was reported but config/desired holds ${found}, so nobody knows what to lay the change over; --replace sets all anew`,
    )
  }
}

function isInForce(kept: Desired, overlay: JsonObject, reported: readonly ReportedRevision[]): boolean {
  return (
    reported.length > 0 &&
    reported.every(({ revision, status }) => revision === kept.revision && status === 'applied') &&
    canonicalJson(kept.patch) === canonicalJson(overlay)
  )
}

function cautionOf(
  { isReplacing }: RemoteChange,
  kept: Desired | undefined,
  reported: readonly ReportedRevision[],
): string | null {
  const bad = reported.find(({ status }) => status === 'rejected' || status === 'rolled_back')
  if (isReplacing || kept === undefined || bad?.revision !== kept.revision) return null
  const what = bad.status === 'rejected' ? 'rejected' : 'rolled back'
  return `laid over revision ${kept.revision}, which was ${what}: --unset what was wrong with it, or --replace`
}
