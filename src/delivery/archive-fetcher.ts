import { ModelError } from '../errors.js'
import type { Clock } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import { pause } from '../until.js'
import { downloadArchive, type ArchiveDownload } from './https-archive.js'

/** Tries that bring nothing new. */
const MAX_FRUITLESS = 4
const FIRST_PAUSE_MS = 1000
/** Of one archive, however slowly it comes. */
const MAX_FETCH_MS = 3600_000

export interface FetchDeps {
  readonly clock: Clock
  readonly log: Logger
  /** Aborts when the process is to end. */
  readonly signal: AbortSignal
  /** Default: the real one. */
  readonly download?: (download: ArchiveDownload) => Promise<void>
}

export interface ArchiveFetch extends Pick<ArchiveDownload, 'url' | 'size' | 'ca' | 'take'> {
  /** Bytes that are here now. */
  readonly offset: () => number
}

/**
 * Fetches an archive over a network that comes and goes: what ended too early is gone on with, as long as something
 * new comes at least every fourth time.
 *
 * @throws {ModelError} as `downloadArchive`
 */
export async function fetchArchive(
  { offset, ...fetch }: ArchiveFetch,
  { clock, log, signal, download = downloadArchive }: FetchDeps,
): Promise<void> {
  const startedMs = clock.monotonicMs()
  for (let fruitless = 0; ;) {
    const before = offset()
    try {
      await download({ ...fetch, offset: before, signal })
      return
    } catch (error) {
      fruitless = offset() > before ? 0 : fruitless + 1
      const isOver = clock.monotonicMs() - startedMs > MAX_FETCH_MS || fruitless > MAX_FRUITLESS
      if (!isPassing(error) || isOver || signal.aborted) throw error
      log.info({ code: error.code, offset: offset() }, `fetching a model goes on later: ${error.message}`)
      await pause(clock, FIRST_PAUSE_MS * 2 ** fruitless, signal)
    }
  }
}

function isPassing(error: unknown): error is ModelError {
  return error instanceof ModelError && (error.code === 'MODEL_TRUNCATED' || error.code === 'MODEL_DOWNLOAD')
}
