import { forkPool } from '../parallel/fork-pool.js'
import { runTrial, type TrialResult, type TrialTask } from './trial.js'

const WORKER = new URL('./trial-worker.ts', import.meta.url)

/**
 * Trials side by side, each in a process of its own: TensorFlow.js's WASM backend has one thread.
 *
 * @param jobs 1: in this process
 * @param onStep the index of a trial and how far it is
 * @returns one a task; null where its deadline passed first
 */
export async function runTrials(
  tasks: readonly TrialTask[],
  jobs: number,
  onStep: (index: number, text: string) => void,
): Promise<(TrialResult | null)[]> {
  if (jobs > 1) return forkPool(WORKER, tasks, jobs, onStep)
  const results: (TrialResult | null)[] = []
  for (const [index, task] of tasks.entries()) {
    results.push(
      await runTrial(task, (text = '') => {
        onStep(index, text)
      }),
    )
  }
  return results
}
