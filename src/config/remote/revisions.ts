import type { Patch, RemoteScope } from './desired.js'
import type { TrialRecord } from '../../trial-record.js'

export interface Revision {
  readonly revision: number
  readonly patch: Patch
}

/** What lies over the local configuration: the group's revision, and the device's own over it. */
export interface Overlay {
  readonly device: Revision | null
  readonly group: Revision | null
}

export type RevisionStatus = 'applied' | 'rejected' | 'rolled_back'

export interface RevisionError {
  readonly code: string
  readonly message: string
}

/** What became of the last revision of a scope that was dealt with. */
export interface Verdict {
  readonly revision: number
  /** SHA-256 of the canonical patch: another patch under the same number is another message. */
  readonly digest: string
  readonly status: RevisionStatus
  readonly error: RevisionError | null
}

/** All that is remembered of remote configuration. Immutable: each change makes another. */
export interface RemoteState {
  readonly device: Verdict | null
  readonly group: Verdict | null
  /** The group that `group` and the overlays' group are of. */
  readonly groupName: string
  readonly inForce: Overlay
  /** What a failure in the trial returns to. */
  readonly confirmed: Overlay
  /** What was in force before, for `config/rollback`. */
  readonly previous: Overlay | null
  readonly trial: TrialRecord | null
}

const NOTHING: Overlay = { device: null, group: null }
const SCOPES: readonly RemoteScope[] = ['device', 'group']

export function initialState(groupName: string): RemoteState {
  return {
    device: null,
    group: null,
    groupName,
    inForce: NOTHING,
    confirmed: NOTHING,
    previous: null,
    trial: null,
  }
}

/** A revision comes into force; with a trial it is not confirmed yet. */
export function applied(
  state: RemoteState,
  scope: RemoteScope,
  { revision, patch }: Revision,
  digest: string,
  trial: TrialRecord | null,
): RemoteState {
  const inForce = { ...state.inForce, [scope]: { revision, patch } }
  // What is on trial is no place to return to.
  const previous = state.trial === null ? state.inForce : state.previous
  return {
    ...state,
    [scope]: { revision, digest, status: 'applied', error: null },
    inForce,
    previous,
    confirmed: trial === null && state.trial === null ? inForce : state.confirmed,
    trial: trial ?? state.trial,
  }
}

/** A revision is refused for good; what is in force stays. */
export function rejected(
  state: RemoteState,
  scope: RemoteScope,
  revision: number,
  digest: string,
  error: RevisionError,
): RemoteState {
  return { ...state, [scope]: { revision, digest, status: 'rejected', error } }
}

/** What is in force has stood its trial. */
export function confirmed(state: RemoteState): RemoteState {
  return { ...state, confirmed: state.inForce, trial: null }
}

/** Back to what was confirmed, or from there to what was in force before; null if there is nothing to return to. */
export function rollbackTarget({ trial, confirmed, previous }: RemoteState): Overlay | null {
  return trial === null ? previous : confirmed
}

/** Returns to an overlay; the revisions that it undoes are told why. */
export function rolledBack(state: RemoteState, target: Overlay, error: RevisionError): RemoteState {
  const undone = SCOPES.filter((scope) => state.inForce[scope]?.revision !== target[scope]?.revision)
  const verdicts = undone.flatMap((scope) => {
    const verdict = state[scope]
    // A later revision that was rejected keeps its own verdict.
    const isOfThis = verdict !== null && verdict.revision === state.inForce[scope]?.revision
    return isOfThis ? [[scope, { ...verdict, status: 'rolled_back', error }]] : []
  })
  return {
    ...state,
    ...(Object.fromEntries(verdicts) as Partial<Record<RemoteScope, Verdict>>),
    inForce: target,
    confirmed: target,
    previous: null,
    trial: null,
  }
}
