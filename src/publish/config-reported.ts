import type { Message } from './publisher.js'
import { rfc3339 } from './stream-time.js'
import type { Topics } from './topics.js'

export const CONFIG_REPORTED_SCHEMA = 'affectd.config_reported/1'

interface ReportedError {
  readonly code: string
  readonly message: string
}

/** The last revision of a scope that was dealt with, and what became of it. */
export interface ReportedRevision {
  /** 0: none yet. */
  readonly revision: number
  readonly status: 'applied' | 'rejected' | 'rolled_back'
  readonly error: ReportedError | null
}

/** What the device made of its remote configuration. */
export interface ReportedConfig {
  readonly device: ReportedRevision
  /** Null in a device that belongs to no group. */
  readonly group: (ReportedRevision & { readonly name: string }) | null
  readonly isConfirmed: boolean
  /** Unix time, ms; null when no trial is on. */
  readonly trialUntilMs: number | null
  /** The last message that was not even considered. */
  readonly refused: {
    readonly scope: 'device' | 'group'
    readonly revision: number | null
    readonly error: ReportedError
  } | null
  /** In force, secrets masked. */
  readonly effective: Readonly<Record<string, unknown>>
}

/** Field order is part of the contract. */
export function configReportedMessage(topics: Topics, report: ReportedConfig, nowMs: number): Message {
  const { device, group } = report
  const payload = {
    schema: CONFIG_REPORTED_SCHEMA,
    revision: device.revision,
    status: device.status,
    error: device.error,
    group: group?.name ?? null,
    group_revision: group?.revision ?? null,
    group_status: group?.status ?? null,
    group_error: group?.error ?? null,
    confirmed: report.isConfirmed,
    trial_until: report.trialUntilMs === null ? null : rfc3339(report.trialUntilMs),
    refused: report.refused,
    effective: report.effective,
    time: rfc3339(nowMs),
  }
  return {
    topic: topics.configReported,
    payload: JSON.stringify(payload),
    qos: 1,
    retain: true,
    kind: 'state',
  }
}
