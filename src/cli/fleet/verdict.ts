import type { Outcome } from './outcome.js'
import type { Reported } from './reported.js'

export interface VerdictQuestion {
  readonly scope: 'device' | 'group'
  readonly revision: number
  readonly waitConfirmed: boolean
  /** What was reported before the revision was sent; refusals in it are about earlier ones. */
  readonly before: Reported | undefined
}

/** @returns undefined while the device has not dealt with the revision to the end */
export function verdictOf(question: VerdictQuestion, reported: Reported): Outcome | undefined {
  const { scope, revision, waitConfirmed, before } = question
  const own = reported[scope]
  if (own.revision > revision) {
    return fail(revision, 'FLEET_SUPERSEDED', `revision ${own.revision} took its place`)
  }
  if (own.revision < revision) {
    const { refused } = reported
    const isNew = reported.time !== before?.time
    if (!isNew || refused?.scope !== scope || refused.revision !== revision) return undefined
    return fail(revision, refused.error.code, refused.error.message)
  }
  if (own.status === null) return undefined
  if (own.status !== 'applied') {
    const { code, message } = own.error ?? { code: 'no code', message: own.status.replace('_', ' ') }
    return fail(revision, code, message)
  }
  if (!waitConfirmed) return { kind: 'applied', revision }
  return reported.confirmed ? { kind: 'confirmed', revision } : undefined
}

function fail(revision: number, code: string, message: string): Outcome {
  return { kind: 'failed', revision, error: { code, message } }
}
