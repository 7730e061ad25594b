import type { Machine } from '../machine.js'
import { FAULT_KINDS, planName, type FaultKind, type RoundPlan } from './round-plan.js'
import type { RoundResult } from './run-round.js'
import { isKept } from './verdict.js'

/** What is kept of a round. */
export interface RoundRow {
  readonly round: number
  readonly faults: RoundPlan['faults']
  readonly accepted: number
  readonly arrived: number
  readonly boots: number
  readonly lost: number
  readonly disordered: number
  readonly changed: number
  readonly duplicates_redelivered: number
  readonly duplicates_ack_lost: number
  readonly duplicates_agent_ended: number
  readonly duplicates_unexplained: number
  readonly forgotten_by_broker: number
  readonly gone_with_memory: number
  readonly processes: number
  readonly restarts_within: number
  readonly connection_losses: number
  readonly disk_failures: number
  readonly longest_outage_ms: number
  readonly recovery_ms: number
  readonly drain_ms: number
  readonly own_ends: readonly number[]
  readonly troubles: readonly string[]
}

export interface ChaosReport {
  readonly date: string
  readonly command: string
  readonly seed: number
  readonly machine: Machine
  readonly took_s: number
  readonly kinds: readonly FaultKind[]
  /** Kinds that could not be had, and what they need. */
  readonly missing: Readonly<Record<string, string>>
  readonly rounds: readonly RoundRow[]
}

export function rowOf(result: RoundResult): RoundRow {
  const { plan, verdict, troubles } = result
  return {
    round: plan.round,
    faults: plan.faults,
    accepted: verdict.accepted,
    arrived: verdict.arrived,
    boots: verdict.boots,
    lost: verdict.lost.length,
    disordered: verdict.disordered.length,
    changed: verdict.changed.length,
    duplicates_redelivered: verdict.duplicates.redelivered,
    duplicates_ack_lost: verdict.duplicates.ackLost,
    duplicates_agent_ended: verdict.duplicates.agentEnded,
    duplicates_unexplained: verdict.unexplained.length,
    forgotten_by_broker: verdict.forgottenByBroker,
    gone_with_memory: verdict.goneWithMemory,
    processes: result.processes,
    restarts_within: result.restartsWithin,
    connection_losses: result.connectionLosses,
    disk_failures: result.diskFailures,
    longest_outage_ms: Math.round(result.longestOutageMs),
    recovery_ms: Math.round(result.recoveryMs),
    drain_ms: Math.round(result.drainMs),
    own_ends: result.ownEnds,
    troubles,
  }
}

/** Nothing lost, nothing out of order, no repeat that nothing explains, and everything delivered in time. */
export function isGood({ verdict, troubles }: RoundResult): boolean {
  return isKept(verdict) && troubles.length === 0 && verdict.accepted > 0
}

export function toMarkdown(report: ChaosReport): string {
  const { date, command, seed, machine, took_s, missing, rounds } = report
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const head = [
    'kind',
    'rounds',
    'events',
    'processes',
    'restarts within',
    'connections lost or refused',
    'disk failures',
    'lost',
    'out of order',
    'repeats: acknowledgement lost',
    'repeats: agent ended',
    'repeats: unexplained',
    'forgotten by the broker',
    'gone with memory',
    'longest outage, s',
    'longest recovery, s',
  ]
  const kinds = FAULT_KINDS.filter((kind) => rounds.some((row) => involves(row, kind)))
  const bad = rounds.filter(({ troubles }) => troubles.length > 0)
  return [
    `# Failure tests, ${date}`,
    '',
    `\`${command}\`, seed ${seed}, on ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, commit ${machine.commit};`,
    `${rounds.length} rounds in ${Math.round(took_s / 60)} min. What it shows and how: [chaos.md](../chaos.md).`,
    '',
    line(head),
    line(head.map((_, n) => (n === 0 ? '---' : '--:'))),
    line(cellsOf('**all rounds**', rounds)),
    ...kinds.map((kind) =>
      line(
        cellsOf(
          kind,
          rounds.filter((row) => involves(row, kind)),
        ),
      ),
    ),
    '',
    'A round with two kinds of failure counts in both of their rows. Restarts within: agents that gave their place to another',
    'in the same process. Outage: time without an event at the subscriber. Recovery: from the end of the last failure to the',
    'first event after it. Forgotten by the broker: events that a broker had acknowledged in the seconds before SIGKILL and',
    'did not know any more. Gone with memory: events that an agent had accepted while it said that its disk fails, and that',
    'was ended before the disk worked again.',
    '',
    `Processes of the agent that ended by themselves: ${ownEnds(rounds)}. Rounds with other troubles: ${bad.length}.`,
    ...bad.map(({ round, troubles }) => `Round ${round}: ${troubles.join('; ')}.`),
    ...Object.entries(missing).map(([kind, what]) => `\nNot tried: ${kind}, for want of ${what}.`),
    '',
  ].join('\n')
}

function involves({ faults }: RoundRow, kind: FaultKind): boolean {
  return faults.some((fault) => fault.kind === kind)
}

function cellsOf(name: string, rounds: readonly RoundRow[]): string[] {
  const sum = (of: (row: RoundRow) => number): string =>
    String(rounds.reduce((total, row) => total + of(row), 0))
  const most = (of: (row: RoundRow) => number): string => (Math.max(...rounds.map(of)) / 1000).toFixed(1)
  return [
    name,
    String(rounds.length),
    sum(({ arrived }) => arrived),
    sum(({ processes }) => processes),
    sum((row) => row.restarts_within),
    sum((row) => row.connection_losses),
    sum((row) => row.disk_failures),
    sum(({ lost }) => lost),
    sum(({ disordered }) => disordered),
    sum((row) => row.duplicates_ack_lost),
    sum((row) => row.duplicates_agent_ended),
    sum((row) => row.duplicates_unexplained),
    sum((row) => row.forgotten_by_broker),
    sum((row) => row.gone_with_memory),
    most((row) => row.longest_outage_ms),
    most((row) => row.recovery_ms),
  ]
}

function ownEnds(rounds: readonly RoundRow[]): string {
  const all = rounds.flatMap(({ own_ends }) => own_ends)
  return all.length === 0 ? 'none' : `${all.length}, with status ${[...new Set(all)].join(', ')}`
}

/** One line for whoever watches. */
export function roundLine(result: RoundResult): string {
  const { plan, verdict } = result
  const { redelivered, ackLost, agentEnded } = verdict.duplicates
  const parts = [
    `${verdict.arrived} events`,
    `${verdict.lost.length} lost`,
    `${ackLost + agentEnded} repeats`,
    ...(redelivered > 0 ? [`${redelivered} by the broker`] : []),
    ...(verdict.goneWithMemory > 0 ? [`${verdict.goneWithMemory} gone with memory`] : []),
    ...(verdict.forgottenByBroker > 0 ? [`${verdict.forgottenByBroker} forgotten by the broker`] : []),
    ...(result.restartsWithin > 0 ? [`${result.restartsWithin} restarts within the process`] : []),
    `outage ${(result.longestOutageMs / 1000).toFixed(1)} s`,
    `recovery ${(result.recoveryMs / 1000).toFixed(1)} s`,
    ...(result.ownEnds.length > 0 ? [`ended by itself with ${result.ownEnds.join(', ')}`] : []),
  ]
  return `${planName(plan)}: ${parts.join(', ')}`
}
