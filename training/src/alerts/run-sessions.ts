import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { forkPool } from '../parallel/fork-pool.js'
import { hearSession } from './hear-session.js'
import type { SessionRecord } from './session-record.js'
import { SESSION_SETTINGS } from './session-settings.js'
import type { SessionTask } from './session.js'

const WORKER = new URL('./session-worker.ts', import.meta.url)

export interface SessionWorkshop {
  /** Processes; 1: this one. */
  readonly jobs: number
  /** Where what was decided is kept: what was heard once is not heard again. */
  readonly cache: string
  readonly onProgress: (minutesDone: number, minutesTotal: number) => void
}

/**
 * What the device decides in each session. A run that was stopped goes on with the sessions that it had not finished;
 * the result is the same on any number of processes.
 */
export async function runSessions(
  tasks: readonly SessionTask[],
  { jobs, cache, onProgress }: SessionWorkshop,
): Promise<SessionRecord[]> {
  mkdirSync(cache, { recursive: true })
  const files = tasks.map((task) => join(cache, `${keyOf(task)}.json`))
  const isDue = (_: unknown, n: number): boolean => !existsSync(files[n]!)
  const due = tasks.map((task, n) => ({ task, file: files[n]! })).filter(isDue)
  const minutes = due.reduce((sum, { task }) => sum + task.seconds / 60, 0)
  let done = 0
  const onStep = (): void => onProgress(++done, minutes)
  const kept = due.map(({ task, file }) => ({ task, file }))
  if (jobs > 1) await forkPool(WORKER, kept, jobs, onStep)
  else for (const one of kept) await hearAndKeep(one, onStep)
  return files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as SessionRecord)
}

/** A session to hear, and where to keep what came of it. */
export interface DueSession {
  readonly task: SessionTask
  readonly file: string
}

export async function hearAndKeep({ task, file }: DueSession, onStep: () => void): Promise<null> {
  const record = await hearSession(task, onStep)
  writeFileSync(`${file}.part`, JSON.stringify(record))
  renameSync(`${file}.part`, file)
  return null
}

function keyOf(task: SessionTask): string {
  const { artefact: _, ...rest } = task
  const text = JSON.stringify([SESSION_SETTINGS, rest])
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}
