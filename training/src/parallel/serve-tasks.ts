import { AffectdError } from '../../../src/errors.js'
import type { WorkerMessage } from './fork-pool.js'

/**
 * The other end of `forkPool`, in the worker process: does each task that comes, and ends when the parent has no more.
 *
 * @param doTask calls `onStep` whenever it has come a step further, and may say how far
 */
export function serveTasks<Task, Result>(
  doTask: (task: Task, onStep: (text?: string) => void) => Promise<Result>,
): void {
  const tell = (message: WorkerMessage): void => {
    process.send?.(message)
  }
  // The parent has no more, or was killed: there is nobody left to tell.
  process.once('disconnect', () => process.exit())
  process.on('message', (task: Task) => {
    doTask(task, (text = '') => {
      tell({ kind: 'step', text })
    })
      .then((result) => {
        tell({ kind: 'result', result })
      })
      .catch((error: unknown) => {
        if (!(error instanceof AffectdError)) throw error
        tell({ kind: 'error', code: error.code, message: error.message })
      })
  })
}
