import { fork } from 'node:child_process'
import { join } from 'node:path'
import { InputError } from '../../../src/errors.js'
import { runJobs } from '../train/run-jobs.js'
import { progressLine } from './command.js'

/** What a fold's process tells of itself. */
export interface FoldProgress {
  readonly text: string
  /** Worth a line of its own where lines are not rewritten. */
  readonly keep: boolean
}

/** Tells the process that runs all folds, or the terminal if there is none. */
export function tellProgress(text: string, keep = false): void {
  const progress: FoldProgress = { text, keep }
  // The channel alone must not keep a process alive that has ended its work, or failed at it.
  process.channel?.unref()
  if (process.send) process.send(progress)
  else progressLine(text, keep)
}

/**
 * Trains every fold in a process of its own (the backend has one thread), `jobs` at a time. Each fold's run lies in
 * `OUT/fold-NAME` and goes on where it was stopped, so the whole does.
 *
 * @param script    the command's own file
 * @param argumentsOf the command's arguments for a fold
 * @throws {InputError} `TRAINING_FOLD_FAILED` if one failed; the others are done
 */
export async function trainFolds(
  script: string,
  folds: readonly string[],
  jobs: number,
  argumentsOf: (fold: string) => readonly string[],
): Promise<void> {
  const lines = new Map<string, string>()
  const show = (fold: string, { text, keep }: FoldProgress): void => {
    lines.set(fold, text)
    if (process.stderr.isTTY) progressLine([...lines].map(([name, line]) => `${name}: ${line}`).join(' | '))
    else if (keep) progressLine(`fold ${fold}: ${text}`, true)
  }
  const results = await runJobs(folds, jobs, (fold) =>
    inProcess(script, argumentsOf(fold), (progress) => {
      show(fold, progress)
    }).finally(() => {
      lines.delete(fold)
      progressLine(`fold ${fold} has ended`, true)
    }),
  )
  const failed = results.flatMap((result, n) =>
    result.status === 'rejected' ? [`fold ${folds[n]}: ${(result.reason as Error).message}`] : [],
  )
  if (failed.length > 0) throw new InputError('TRAINING_FOLD_FAILED', failed.join('; '))
}

export function foldFolder(out: string, fold: string): string {
  return join(out, `fold-${fold}`)
}

function inProcess(
  script: string,
  args: readonly string[],
  onProgress: (progress: FoldProgress) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(script, [...args], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    const endChild = (): void => {
      child.kill()
    }
    process.once('exit', endChild)
    let errors = ''
    child.stderr?.on('data', (piece: Buffer) => (errors = `${errors}${piece.toString()}`.slice(-2000)))
    child.on('message', (message) => {
      onProgress(message as FoldProgress)
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      process.removeListener('exit', endChild)
      if (code === 0) resolve()
      else reject(new Error(errors.trim() || `ended with ${signal ?? String(code)}`))
    })
  })
}
