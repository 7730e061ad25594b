import type { AgentProcessLog } from './stories.js'

/**
 * What went wrong with the agent's processes: each lives until it is ended, and numbers its events under one boot_id,
 * however many agents follow one another within it.
 *
 * @param logs    of the processes, in order
 * @param ownEnds exit statuses of those that ended unasked
 * @returns a sentence for each
 */
export function processTroubles(logs: readonly AgentProcessLog[], ownEnds: readonly number[]): string[] {
  const renumbered = logs.flatMap(({ steps }, n) => {
    const boots = new Set(steps.flatMap((step) => (step.kind === 'accepted' ? [step.bootId] : [])))
    return boots.size > 1 ? [`process ${n + 1} numbered its events under ${boots.size} boot_ids`] : []
  })
  return [...ownEnds.map((status) => `a process ended by itself with status ${status}`), ...renumbered]
}
