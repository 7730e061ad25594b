import { ModelError } from '../errors.js'
import type { Clock } from '../ops/clock.js'
import type { Logger } from '../ops/logger.js'
import { pause } from '../until.js'
import { cannotFetch, downloadArchive, type ArchiveDownload } from './https-archive.js'

/** Tries that bring nothing new. */
const MAX_FRUITLESS = 4
const FIRST_PAUSE_MS = 1000
/** Of one archive, however slowly it comes. */
const MAX_FETCH_MS = 3600_000
const TOO_SLOW = `it took more than ${MAX_FETCH_MS / 60_000} minutes`

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
 * new comes at least every fourth time, and for an hour at most. What is wholly here is not asked for.
 *
 * @throws {ModelError} as `downloadArchive`
 */
export async function fetchArchive(
  { offset, ...fetch }: ArchiveFetch,
  { clock, log, signal, download = downloadArchive }: FetchDeps,
): Promise<void> {
  // A server that sends a byte now and then must not keep the next delivery waiting for ever.
  const limit = new AbortController()
  const timer = clock.after(MAX_FETCH_MS, () => limit.abort())
  const end = AbortSignal.any([signal, limit.signal])
  try {
    for (let fruitless = 0; offset() < fetch.size;) {
      const before = offset()
      try {
        await download({ ...fetch, offset: before, signal: end })
      } catch (error) {
        fruitless = offset() > before ? 0 : fruitless + 1
        if (limit.signal.aborted) throw cannotFetch(fetch.url, TOO_SLOW, error)
        if (!isPassing(error) || fruitless > MAX_FRUITLESS || end.aborted) throw error
        log.info({ code: error.code, offset: offset() }, `fetching a model goes on later: ${error.message}`)
        await pause(clock, FIRST_PAUSE_MS * 2 ** fruitless, end)
      }
    }
  } finally {
    timer.clear()
  }
}

function isPassing(error: unknown): error is ModelError {
  return error instanceof ModelError && (error.code === 'MODEL_TRUNCATED' || error.code === 'MODEL_DOWNLOAD')
}
