import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { UsageError } from '../errors.js'
import type { AnalysisOutput } from './analysis-output.js'
import { pageEnd, pageSection, pageStart, type ReportHead } from './report/page.js'

/** Columns of a waveform: what a screen can show, and no more. */
const MAX_COLUMNS = 1600
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * An HTML report. It is written beside its place and renamed when it is complete: whatever happens, there is either
 * the old file or the new one. SIGINT and the like take the half-written one with them.
 *
 * @param path   of the report; a symbolic link is followed, so that it stays one
 * @param inputs that it must not overwrite
 * @throws {UsageError} USAGE_OUTPUT
 */
export function createReportOutput(
  path: string,
  inputs: readonly string[],
  head: ReportHead,
): AnalysisOutput {
  refuseInput(path, inputs)
  const target = targetOf(path)
  // What can be guessed, another user could have put there: 'wx' neither follows nor reuses it.
  const random = randomBytes(6).toString('hex')
  const temporary = join(dirname(target), `.${basename(target)}.${random}.tmp`)
  let file: number | undefined
  const close = (): void => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  const release = (): void => {
    for (const signal of STOP_SIGNALS) process.off(signal, stop)
  }
  const abandon = (): void => {
    release()
    if (file === undefined) return
    close()
    rmSync(temporary, { force: true })
  }
  const stop = (signal: NodeJS.Signals): void => {
    abandon()
    // Nobody listens any more: the process ends as it would have without us.
    process.kill(process.pid, signal)
  }
  const write = (text: string): void => asUsage(path, () => void writeSync(file as number, text))
  for (const signal of STOP_SIGNALS) process.on(signal, stop)
  try {
    file = asUsage(path, () => openSync(temporary, 'wx'))
    write(pageStart(head))
  } catch (error) {
    abandon()
    throw error
  }
  let sections = 0
  return {
    add(analysis) {
      if (analysis.painter === undefined) return
      write(pageSection(analysis, analysis.painter.picture(MAX_COLUMNS), head.labels))
      sections += 1
    },
    end() {
      if (sections === 0) return abandon()
      write(pageEnd())
      asUsage(path, () => {
        fsyncSync(file as number)
        renameSync(temporary, target)
      })
      close()
      release()
    },
    abandon,
  }
}

/** Where the report goes in the end. What is there already must be a file: renaming would replace even a device. */
function targetOf(path: string): string {
  if (asUsage(path, () => lstatSync(path, { throwIfNoEntry: false })) === undefined) return path
  const target = asUsage(path, () => realpathSync(path))
  if (statSync(target).isFile()) return target
  throw new UsageError('USAGE_OUTPUT', `${path} is no regular file; name another`)
}

function refuseInput(path: string, inputs: readonly string[]): void {
  const real = realPath(path)
  if (real === undefined || !inputs.some((input) => realPath(input) === real)) return
  throw new UsageError(
    'USAGE_OUTPUT',
    `the report would overwrite ${path}, which is to be analysed; name another`,
  )
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

function asUsage<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    throw new UsageError('USAGE_OUTPUT', `${path} cannot be written (${code}); name another file`, { cause })
  }
}
