import { forkPool } from '../parallel/fork-pool.js'
import type { EvaluationUnit } from './evaluation-unit.js'
import { judgeUnit } from './judge-unit.js'
import type { Verdict } from './verdict.js'

const WORKER = new URL('./unit-worker.ts', import.meta.url)

/**
 * Judges units on several cores; the result is the same on any number of them.
 *
 * @param jobs 1: in this process
 */
export async function judgeUnits(
  units: readonly EvaluationUnit[],
  jobs: number,
  onProgress: (clipsDone: number, clipsTotal: number) => void,
): Promise<Verdict[][]> {
  const total = units.reduce((sum, { clips }) => sum + clips.length, 0)
  let done = 0
  const onClip = (): void => {
    onProgress(++done, total)
  }
  if (jobs > 1) return forkPool(WORKER, units, jobs, onClip)
  const verdicts: Verdict[][] = []
  for (const unit of units) verdicts.push(await judgeUnit(unit, onClip))
  return verdicts
}
