import type { LoadedConfig } from './config/load-config.js'
import type { RemoteState, RevisionError, Verdict } from './config/remote/revisions.js'
import type { Vital } from './config/remote/trial.js'
import { shownTree } from './config/settings-table.js'
import { AffectdError } from './errors.js'
import type { ReportedConfig, ReportedRevision } from './publish/config-reported.js'

/** Why a trial ended badly. */
export const ROLLED_BACK: Readonly<Record<Vital, RevisionError>> = {
  capture: {
    code: 'CONFIG_ROLLED_BACK_CAPTURE',
    message: 'the microphone does not work with it, and works without it',
  },
  broker: {
    code: 'CONFIG_ROLLED_BACK_BROKER',
    message: 'the broker cannot be reached with it, and can without it',
  },
}

export interface ReportedBeside {
  /** Unix time, ms. */
  readonly nowMs: number
  /** Of the trial; undefined when none is on. */
  readonly remainingMs: number | undefined
  readonly refused: ReportedConfig['refused']
  /** In force. */
  readonly loaded: LoadedConfig
}

/** What is said of what is remembered. */
export function reportOf(
  state: RemoteState,
  { nowMs, remainingMs, refused, loaded }: ReportedBeside,
): ReportedConfig {
  const { device, group, groupName, trial } = state
  return {
    device: shown(device),
    group: groupName === '' ? null : { name: groupName, ...shown(group) },
    isConfirmed: trial === null,
    trialUntilMs: remainingMs === undefined ? null : nowMs + remainingMs,
    refused,
    effective: shownTree(loaded),
  }
}

function shown(verdict: Verdict | null): ReportedRevision {
  if (verdict === null) return { revision: 0, status: 'applied', error: null }
  const { revision, status, error } = verdict
  return { revision, status, error }
}

/** A bug must not take the process with it: the message that set it off is retained and would do so at every start. */
export function described(error: unknown): RevisionError {
  if (error instanceof AffectdError) return { code: error.code, message: error.message }
  return { code: 'INTERNAL_REMOTE_CONFIG', message: `affectd could not deal with it: ${String(error)}` }
}
