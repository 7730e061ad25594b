import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { UsageError } from '../errors.js'
import type { AnalysisOutput } from './analysis-output.js'
import { pageEnd, pageSection, pageStart, type ReportHead } from './report/page.js'

/** Columns of a waveform: what a screen can show, and no more. */
const MAX_COLUMNS = 1600

/**
 * An HTML report. It is written beside its place and renamed when it is complete: whatever happens, there is either
 * the old file or the new one.
 *
 * @param path   of the report
 * @param inputs that it must not overwrite
 * @throws {UsageError} USAGE_OUTPUT
 */
export function createReportOutput(
  path: string,
  inputs: readonly string[],
  head: ReportHead,
): AnalysisOutput {
  refuseInput(path, inputs)
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  const file = asUsage(path, () => openSync(temporary, 'w'))
  const write = (text: string): void => asUsage(path, () => void writeSync(file, text))
  let isOpen = true
  const abandon = (): void => {
    if (isOpen) closeSync(file)
    isOpen = false
    rmSync(temporary, { force: true })
  }
  let sections = 0
  write(pageStart(head))
  return {
    add(analysis) {
      if (analysis.painter === undefined) return
      write(pageSection(analysis, analysis.painter.picture(MAX_COLUMNS), head.labels))
      sections += 1
    },
    end() {
      if (sections === 0) return abandon()
      write(pageEnd())
      fsyncSync(file)
      closeSync(file)
      isOpen = false
      asUsage(path, () => renameSync(temporary, path))
    },
    abandon,
  }
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
