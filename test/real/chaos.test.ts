import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { isGood, roundLine } from '../../bench/src/chaos/chaos-report.js'
import { missingFor } from '../../bench/src/chaos/parts.js'
import type { FaultKind, PlannedFault } from '../../bench/src/chaos/round-plan.js'
import { runRound, type RoundResult } from '../../bench/src/chaos/run-round.js'
import { skipUnless, skipUnlessPart } from '../support/require-part.js'

const SEED = 6

const fault = (kind: FaultKind, variant: string, durationMs: number, times = 1): PlannedFault => ({
  kind,
  variant,
  startMs: 200,
  durationMs,
  times,
})

const ROUNDS: readonly (readonly PlannedFault[])[] = [
  [fault('broker_restart', 'SIGTERM', 1000), fault('agent_kill', 'SIGKILL', 1500, 2)],
  [fault('network_cut', 'in', 2000), fault('agent_restart', 'SIGTERM', 2500)],
  [fault('slow_link', 'reset', 500), fault('remote_restart', 'request', 2000, 2)],
  [fault('remote_restart', 'revision', 2500, 2)],
  [fault('disk_full', 'tmpfs', 1000), fault('broker_restart', 'SIGTERM', 1000)],
  [fault('disk_read_only', 'ext4', 1000)],
  [fault('clock_jump', 'any', 1500, 3), fault('broker_kill', 'SIGKILL', 500)],
]

/** What shows in the agent's log that a failure reached it. */
const DID_HAPPEN: Readonly<Record<FaultKind, (result: RoundResult, folder: string) => boolean>> = {
  broker_restart: ({ connectionLosses }) => connectionLosses > 0,
  broker_kill: ({ connectionLosses }) => connectionLosses > 0,
  slow_link: ({ connectionLosses }) => connectionLosses > 0,
  agent_kill: ({ processes }) => processes > 1,
  agent_restart: ({ processes }) => processes > 1,
  disk_full: ({ diskFailures }) => diskFailures > 0,
  disk_read_only: ({ diskFailures }) => diskFailures > 0,
  remote_restart: ({ restartsWithin }) => restartsWithin > 0,
  network_cut: ({ packetsCut }) => packetsCut > 0,
  clock_jump: (_, folder) => {
    const log = readFileSync(join(folder, 'agent-1.log'), 'utf8')
    const days = log.match(/"time":"[-0-9]+T/g) ?? []
    return new Set(days).size > 1
  },
}

for (const [n, faults] of ROUNDS.entries()) {
  const kinds = faults.map(({ kind }) => kind)
  const missing = kinds.flatMap((kind) => missingFor(kind) ?? [])
  const options = missing.length > 0 ? skipUnlessPart(missing.join(' and '), false) : skipUnless('mosquitto')
  t.test(`nothing accepted is lost when this happens: ${kinds.join(' and ')}`, options, async (t) => {
    const plan = { seed: SEED, round: n + 1, faults }
    const folder = t.testdir()
    const result = await runRound(plan, { folder, leastEvents: 30 })
    const { verdict, troubles } = result
    t.ok(isGood(result), roundLine(result), { verdict, troubles })
    t.ok(verdict.arrived >= 30, `${verdict.arrived} events arrived`)
    // What was to go wrong went wrong.
    for (const kind of kinds) t.ok(DID_HAPPEN[kind](result, folder), `${kind} happened`)
  })
}
