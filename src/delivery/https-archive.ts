import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { once } from 'node:events'
import { AffectdError, ModelError } from '../errors.js'
import { reasonOf } from '../reason-of.js'
import { CHUNK_BYTES } from './chunk.js'

const MAX_REDIRECTS = 3
const MAX_URL_LENGTH = 2048
/** Longest silence of the server. */
const IDLE_MS = 30_000

export interface ArchiveDownload {
  readonly url: URL
  /** Bytes of the whole archive. */
  readonly size: number
  /** Bytes that are here already. */
  readonly offset: number
  /** PEM; undefined: those that Node trusts. */
  readonly ca: string | undefined
  /** Takes the next bytes, `CHUNK_BYTES` of them until the last; what it throws ends the download. */
  readonly take: (bytes: Uint8Array) => void
  readonly signal: AbortSignal
}

/**
 * @param value from a request; hostile
 * @throws {ModelError} MODEL_URL unless it is a URL of https without name and password
 */
export function parseArchiveUrl(value: unknown): URL {
  if (typeof value !== 'string' || value.length > MAX_URL_LENGTH || !URL.canParse(value)) {
    throw new ModelError('MODEL_URL', 'url is none; write https://HOST/PATH')
  }
  return checked(new URL(value))
}

/**
 * Fetches the rest of an archive. Where the server knows no ranges, what is here already is passed over.
 *
 * @throws {ModelError} MODEL_DOWNLOAD if the server cannot be reached or has something else; MODEL_TRUNCATED if it ends
 *   too early: what came is taken, so another try goes on there; MODEL_URL if it redirects to what is not https; and what
 *   `take` throws
 */
export async function downloadArchive(download: ArchiveDownload): Promise<void> {
  try {
    const response = await open(download)
    try {
      await takeAll(response, download)
    } finally {
      response.destroy()
    }
  } catch (error) {
    if (error instanceof AffectdError) throw error
    throw cannotFetch(download.url, reasonOf(error), error)
  }
}

async function open(download: ArchiveDownload): Promise<IncomingMessage> {
  let { url } = download
  for (let redirects = 0; ; redirects++) {
    const response = await ask(url, download)
    const { statusCode = 0, headers } = response
    if (statusCode === 200 || statusCode === 206) return response
    response.destroy()
    const { location } = headers
    if (statusCode < 300 || statusCode > 399 || location === undefined) {
      throw cannotFetch(url, `it answers ${statusCode}`)
    }
    if (redirects === MAX_REDIRECTS) throw cannotFetch(url, `it redirects more than ${MAX_REDIRECTS} times`)
    if (!URL.canParse(location, url.href)) throw cannotFetch(url, 'it redirects to no URL')
    url = checked(new URL(location, url))
  }
}

async function ask(url: URL, { offset, ca, signal }: ArchiveDownload): Promise<IncomingMessage> {
  const outgoing = request(url, {
    agent: false,
    ca,
    signal,
    headers: {
      'accept-encoding': 'identity',
      'user-agent': 'affectd',
      ...(offset > 0 && { range: `bytes=${offset}-` }),
    },
  })
  outgoing.setTimeout(IDLE_MS, () => outgoing.destroy(new Error(`nothing came for ${IDLE_MS / 1000} s`)))
  outgoing.end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  // Errors after this one come from the response.
  outgoing.on('error', () => undefined)
  return response
}

async function takeAll(
  response: IncomingMessage,
  { url, size, offset, take }: ArchiveDownload,
): Promise<void> {
  const from = rangeStart(response, url, size, offset)
  let toSkip = offset - from
  let missing = size - offset
  let parts: Uint8Array[] = []
  let gathered = 0
  const flush = (): void => {
    if (gathered > 0) take(Buffer.concat(parts))
    parts = []
    gathered = 0
  }
  try {
    for await (const part of response as AsyncIterable<Uint8Array>) {
      const rest = part.subarray(Math.min(toSkip, part.length))
      toSkip -= part.length - rest.length
      if (rest.length > missing)
        throw cannotFetch(url, `it sends more than the ${size} bytes that were ordered`)
      missing -= rest.length
      for (let at = 0; at < rest.length;) {
        const piece = rest.subarray(at, at + CHUNK_BYTES - gathered)
        parts.push(piece)
        gathered += piece.length
        at += piece.length
        if (gathered === CHUNK_BYTES) flush()
      }
    }
  } catch (error) {
    if (error instanceof AffectdError) throw error
    flush()
    // What is whole may end as it likes.
    if (missing === 0) return
    throw truncated(url, missing, size, error)
  }
  flush()
  if (missing > 0) throw truncated(url, missing, size)
}

function truncated(url: URL, missing: number, size: number, cause?: unknown): ModelError {
  const text = `${shown(url)} ended ${missing} of ${size} bytes too early`
  return new ModelError('MODEL_TRUNCATED', text, { cause })
}

/** Where in the archive the response begins. */
function rangeStart(
  { statusCode, headers }: IncomingMessage,
  url: URL,
  size: number,
  offset: number,
): number {
  if (statusCode === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '')
    const isOurs =
      range !== null && Number(range[1]) === offset && (range[2] === '*' || Number(range[2]) === size)
    if (isOurs) return offset
    throw cannotFetch(
      url,
      `it sends the range ${String(headers['content-range'])} of another file than the one ordered`,
    )
  }
  const length = headers['content-length']
  if (length !== undefined && Number(length) !== size) {
    throw cannotFetch(url, `it has ${length} bytes, ordered were ${size}`)
  }
  return 0
}

function checked(url: URL): URL {
  if (url.protocol === 'https:' && url.username === '' && url.password === '') return url
  throw new ModelError('MODEL_URL', `${shown(url)} is no URL of https without name and password`)
}

/** Without what may be secret. */
function shown({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`
}

/** MODEL_DOWNLOAD */
export function cannotFetch(url: URL, why: string, cause?: unknown): ModelError {
  return new ModelError('MODEL_DOWNLOAD', `${shown(url)} cannot be fetched: ${why}`, { cause })
}
