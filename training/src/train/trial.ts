import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { evaluateRun } from '../evaluate/evaluate.js'
import type { Verdict } from '../evaluate/verdict.js'
import { readyBackend } from '../tf/backend.js'
import type { RunDescription } from './run.js'
import { trainRun } from './train-run.js'

/** A training that is one of several, to be set beside the others. Plain data: it travels between processes. */
export interface TrialTask {
  readonly run: RunDescription
  readonly corpora: string
  readonly cache: string
  /** Folder of the run. */
  readonly out: string
  /** Milliseconds since 1970 after which no further epoch is begun; null: none. */
  readonly deadlineMs: number | null
}

/** What came of it on the clips that it held out. */
export interface TrialResult {
  readonly verdicts: readonly Verdict[]
  readonly labels: readonly string[]
  /** Corpora that are absent or incomplete. */
  readonly warnings: readonly string[]
  /** Processor time of the training, over all the times that it went on. */
  readonly processorS: number
}

/** Ends a training between two epochs; its checkpoint stands. */
class DeadlinePassed extends Error {}

/**
 * Trains a run to its end and judges it, or goes on with it, or takes the result that it left.
 *
 * @returns null if the deadline passed before its end: the same call goes on later
 */
export async function runTrial(
  task: TrialTask,
  onStep: (text?: string) => void,
): Promise<TrialResult | null> {
  const { run, out, corpora, cache, deadlineMs } = task
  const known = readKept<TrialResult>(out, 'result.json', run)
  if (known) return known
  if (isPast(deadlineMs)) return null
  await readyBackend()
  const before = readKept<{ processorS: number }>(out, 'time.json', run)?.processorS ?? 0
  const started = process.cpuUsage()
  const processorS = (): number => {
    const { user, system } = process.cpuUsage(started)
    return before + (user + system) / 1e6
  }
  mkdirSync(out, { recursive: true })
  try {
    await trainRun(
      run,
      { corpora, out, cache },
      {
        features: (done, total) => {
          onStep(`features ${done}/${total}`)
        },
        note: () => undefined,
        step: () => undefined,
        epoch: ({ epoch, epochs, loss }) => {
          keep(out, 'time.json', run, { processorS: processorS() })
          onStep(`epoch ${epoch}/${epochs}, loss ${loss.toFixed(3)}`)
          if (epoch < epochs && isPast(deadlineMs)) throw new DeadlinePassed()
        },
      },
    )
  } catch (error) {
    if (error instanceof DeadlinePassed) return null
    throw error
  }
  const trainingS = processorS()
  const { verdicts, labels, warnings } = await evaluateRun(out, corpora, cache)
  const result: TrialResult = { verdicts, labels, warnings, processorS: trainingS }
  keep(out, 'result.json', run, result)
  return result
}

function isPast(deadlineMs: number | null): boolean {
  return deadlineMs !== null && Date.now() >= deadlineMs
}

/** What a run left behind, unless another run left it: it carries the run's own hash. */
function readKept<T>(folder: string, name: string, run: RunDescription): T | null {
  const path = join(folder, name)
  if (!existsSync(path)) return null
  const { runHash, ...kept } = JSON.parse(readFileSync(path, 'utf8')) as { runHash: string }
  return runHash === hashOf(run) ? (kept as T) : null
}

function keep(folder: string, name: string, run: RunDescription, value: object): void {
  const path = join(folder, name)
  writeFileSync(`${path}.part`, `${JSON.stringify({ runHash: hashOf(run), ...value })}\n`)
  renameSync(`${path}.part`, path)
}

function hashOf(run: RunDescription): string {
  return createHash('sha256').update(JSON.stringify(run)).digest('hex')
}
