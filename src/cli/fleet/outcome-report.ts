import { FleetError } from '../../errors.js'
import type { CommandIo } from '../io.js'
import { plain } from '../../plain-text.js'
import { textTable } from '../text-table.js'
import { describeOutcome, type Outcome } from './outcome.js'
import type { RollOutReport } from './roll-out.js'

/** Devices, what became of them, in the order they were asked for. */
export type OutcomeRow = readonly [id: string, outcome: Outcome | 'not changed']

/** Every device selected: those passed over at the start, those that settled, and those that nothing was sent to. */
export function outcomeRows(
  ids: readonly string[],
  outcomes: ReadonlyMap<string, Outcome>,
): readonly OutcomeRow[] {
  return ids.map((id) => [id, outcomes.get(id) ?? 'not changed'])
}

/** Writes the results to stdout: a table and a summary, or one JSON object a line. */
export function writeOutcomes(io: CommandIo, rows: readonly OutcomeRow[], isJson: boolean): void {
  if (isJson) for (const row of rows) io.out(`${JSON.stringify(jsonOf(row))}\n`)
  else {
    const cells = rows.map(([id, outcome]) =>
      outcome === 'not changed'
        ? [id, outcome, '', '']
        : [id, outcome.kind, String(outcome.revision ?? ''), plain(describeOutcome(outcome))],
    )
    io.out(textTable(['device', 'result', 'revision', 'why'], cells))
    io.out(`${summaryOf(rows)}\n`)
  }
}

/** `18 applied, 1 failed, 1 not changed` */
export function summaryOf(rows: readonly OutcomeRow[]): string {
  const counts = new Map<string, number>()
  for (const [, outcome] of rows) {
    const kind = outcome === 'not changed' ? outcome : outcome.kind
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')
}

/** @throws {FleetError} FLEET_FAILED if a device failed, or the roll-out did not come to its end */
export function refuseFailure(rows: readonly OutcomeRow[], stopped: RollOutReport['stopped']): void {
  const failures = rows.filter(([, outcome]) => outcome !== 'not changed' && outcome.kind === 'failed')
  if (failures.length === 0 && stopped === null) return
  const why =
    stopped === 'interrupted'
      ? 'interrupted'
      : stopped === 'failures'
        ? 'stopped after failures'
        : 'some devices did not do what was asked'
  throw new FleetError('FLEET_FAILED', `${why}: ${summaryOf(rows)} of ${rows.length} devices`)
}

function jsonOf([id, outcome]: OutcomeRow): object {
  if (outcome === 'not changed')
    return { device_id: id, result: 'not_changed', revision: null, why: null, error: null }
  const isFailed = outcome.kind === 'failed'
  return {
    device_id: id,
    result: outcome.kind.replace(' ', '_'),
    revision: outcome.revision,
    why: isFailed || describeOutcome(outcome) === '' ? null : describeOutcome(outcome),
    error: isFailed ? outcome.error : null,
  }
}
