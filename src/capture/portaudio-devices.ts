import { fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CaptureError } from '../errors.js'
import { cleanText } from './devices/clean-text.js'

/** A device as PortAudio lists it; it may have no inputs. */
export interface PortaudioDevice {
  /** Valid in the process that listed it only. */
  readonly id: number
  readonly name: string
  readonly hostApi: string
  readonly maxInputChannels: number
  readonly defaultSampleRateHz: number
}

const LIST_LIMIT_MS = 5_000
const MAX_DEVICES = 1_000
const MAX_TEXT_CHARS = 1_024

/** Beside this file, and in the same form: sources or build. */
const CHILD = fileURLToPath(new URL(`./portaudio-child${extname(import.meta.url)}`, import.meta.url))

/**
 * Asks PortAudio in a process of its own, which is gone when this returns.
 *
 * @param signal ends it early, as a failure
 * @throws {CaptureError} CAPTURE_NO_PORTAUDIO if naudiodon is not installed or does not load;
 *                        CAPTURE_PORTAUDIO_FAILED if it crashes, hangs or answers something else
 */
export function listPortaudioDevices(signal?: AbortSignal): Promise<readonly PortaudioDevice[]> {
  return devicesOfChild(CHILD, LIST_LIMIT_MS, signal)
}

/** `listPortaudioDevices` with another child, or with less patience. */
export function devicesOfChild(
  script: string,
  limitMs: number,
  signal?: AbortSignal,
): Promise<readonly PortaudioDevice[]> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(failed('was not asked: it was told to stop'))
    // naudiodon prints to stdout and leaves a crash.log where it runs.
    const child = fork(script, ['list'], {
      cwd: tmpdir(),
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // Sources need this process's loader; a build needs none of its options.
      execArgv: extname(script) === '.ts' ? process.execArgv : [],
    })
    let outcome: (() => void) | undefined
    const end = (result: () => void): void => {
      outcome ??= result
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      else settle(outcome)
    }
    const limit = setTimeout(() => end(() => reject(failed(`did not answer within ${limitMs} ms`))), limitMs)
    const stop = (): void => end(() => reject(failed('was told to stop')))
    signal?.addEventListener('abort', stop, { once: true })
    const settle = (result: () => void): void => {
      clearTimeout(limit)
      signal?.removeEventListener('abort', stop)
      // What the child started may hold the channel open after it.
      if (child.connected) child.disconnect()
      result()
    }
    child.on('message', (message) =>
      end(() => {
        const answer = checkedAnswer(message)
        if (answer instanceof CaptureError) reject(answer)
        else resolve(answer)
      }),
    )
    child.once('error', (cause) =>
      settle(outcome ?? (() => reject(failed(`cannot be started (${cause.message})`, cause)))),
    )
    child.once('exit', () => {
      if (outcome !== undefined) settle(outcome)
    })
    // Without an outcome the end alone says nothing: a message may still be on its way until `close`.
    child.once('close', (code, killedBy) => {
      const how = killedBy === null ? `ended with status ${code}` : `was ended by ${killedBy}`
      settle(outcome ?? (() => reject(failed(how))))
    })
  })
}

/** Field by field: what comes of a native library's memory is not trusted. */
function checkedAnswer(message: unknown): readonly PortaudioDevice[] | CaptureError {
  const { kind, devices, code, text } = fieldsOf(message)
  const why = typeof text === 'string' ? oneLine(text) : 'no reason given'
  if (kind === 'failed' && code === 'no_portaudio') {
    return new CaptureError(
      'CAPTURE_NO_PORTAUDIO',
      `naudiodon is not installed or does not load (${why}); use arecord, or install it`,
    )
  }
  if (kind === 'failed') return failed(`failed (${why})`)
  if (kind !== 'devices' || !Array.isArray(devices) || devices.length > MAX_DEVICES) {
    return failed('answered something else than a list of devices')
  }
  const checked = devices.map(checkedDevice)
  return checked.every((device) => device !== null) ? checked : failed('answered with a device that is none')
}

function checkedDevice(entry: unknown): PortaudioDevice | null {
  const { id, name, hostApi, maxInputChannels, defaultSampleRateHz } = fieldsOf(entry)
  if (!isCount(id) || !isText(name) || !isText(hostApi)) return null
  if (!isCount(maxInputChannels)) return null
  if (typeof defaultSampleRateHz !== 'number' || !Number.isFinite(defaultSampleRateHz)) return null
  return { id, name, hostApi, maxInputChannels, defaultSampleRateHz }
}

/** A missing module is reported with the stack of who required it, a line each. */
function oneLine(text: string): string {
  return cleanText(text.trim().split('\n')[0])
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT_CHARS
}

function failed(what: string, cause?: Error): CaptureError {
  return new CaptureError(
    'CAPTURE_PORTAUDIO_FAILED',
    `PortAudio's list of devices: the process that asks for it ${what}`,
    { cause },
  )
}
