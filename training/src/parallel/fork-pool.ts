import { fork, type ChildProcess } from 'node:child_process'
import type { URL } from 'node:url'
import { fileURLToPath } from 'node:url'
import { InputError, InternalError } from '../../../src/errors.js'

/** What a worker process tells. */
export type WorkerMessage =
  | { readonly kind: 'step'; readonly text: string }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly code: string; readonly message: string }

/**
 * Has worker processes do tasks side by side, each taking the next one when it is ready.
 *
 * @param worker module that calls `serveTasks`
 * @param tasks  plain data
 * @param jobs   processes, at least 1
 * @param onStep called whenever a worker says that it has come a step further in the task of that index
 * @returns the results in the order of the tasks
 * @throws {InputError} with the code and the message of the first task that failed; the others are given up
 */
export async function forkPool<Task, Result>(
  worker: URL,
  tasks: readonly Task[],
  jobs: number,
  onStep: (index: number, text: string) => void,
): Promise<Result[]> {
  const results = new Array<Result>(tasks.length)
  const children: ChildProcess[] = []
  let next = 0
  const work = async (): Promise<void> => {
    const child = fork(fileURLToPath(worker))
    children.push(child)
    try {
      for (let index = next++; index < tasks.length; index = next++) {
        results[index] = (await doTask(child, tasks[index], (text) => {
          onStep(index, text)
        })) as Result
      }
    } finally {
      if (child.connected) child.disconnect()
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, work))
  } finally {
    for (const child of children) if (child.exitCode === null) child.kill()
  }
  return results
}

function doTask(child: ChildProcess, task: unknown, onStep: (text: string) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      child.off('message', onMessage).off('exit', onExit)
      act()
    }
    const onExit = (status: number | null): void => {
      settle(() => {
        reject(new InternalError('INTERNAL_UNEXPECTED', `a worker process ended with status ${status}`))
      })
    }
    const onMessage = (message: WorkerMessage): void => {
      switch (message.kind) {
        case 'step':
          onStep(message.text)
          return
        case 'result':
          settle(() => {
            resolve(message.result)
          })
          return
        case 'error':
          settle(() => {
            reject(new InputError(message.code, message.message))
          })
      }
    }
    child.on('message', onMessage).on('exit', onExit)
    child.send(task as object)
  })
}
