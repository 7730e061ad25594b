import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { AffectdError, CaptureError } from '../../errors.js'
import { SAMPLE_RATE_HZ } from '../../units.js'
import { audioPieces, wipeUnread } from '../audio-pieces.js'
import { checkedDeviceName } from '../device-name.js'
import { captureEnv, CaptureProcess, type Ending } from './capture-process.js'
import { findDevice, type FindDevice } from './find-device.js'
import { machineMs, type CaptureBlock, type Recorder, type Recording } from './recorder.js'

export interface ArecordOptions {
  /** ALSA's name of the device, or anything else that `resolveDevice` takes. Default: `default`. */
  readonly pcm?: string
  /** Default: `findDevice`. */
  readonly find?: FindDevice
  /** The program. Default: `arecord`, from the PATH. */
  readonly command?: string
}

interface Format {
  readonly rateHz: number
  readonly channels: number
}

/** What is asked for, one after the other, until the device takes it: a `hw:` device converts nothing. */
const FORMATS: readonly Format[] = [
  { rateHz: SAMPLE_RATE_HZ, channels: 1 },
  { rateHz: 48_000, channels: 1 },
  { rateHz: 48_000, channels: 2 },
  { rateHz: 44_100, channels: 1 },
  { rateHz: 44_100, channels: 2 },
]
/** A piece a frame; an agent that is held up for a second loses nothing. */
const PERIOD_US = 20_000
const BUFFER_US = 1_000_000
const REFUSES_FORMAT = /channels? count|sample format|rate is not accurate|unable to install hw params/i

/**
 * A microphone through alsa-utils' `arecord`, one child process a recording.
 *
 * Recording throws {CaptureError} CAPTURE_NO_ARECORD if the program is missing, CAPTURE_DEVICE_FAILED when it ends.
 *
 * @throws {ConfigError} CAPTURE_BAD_DEVICE
 */
export function createArecordRecorder(options: ArecordOptions = {}): Recorder {
  const pcm = checkedDeviceName(options.pcm ?? 'default')
  const command = options.command ?? 'arecord'
  return {
    name: `arecord:${pcm}`,
    async record(signal) {
      const device = await pcmOf(pcm, options.find ?? findDevice, signal)
      for (const [n, format] of FORMATS.entries()) {
        try {
          return await open(command, device, format, signal)
        } catch (error) {
          const isRefused = error instanceof CaptureError && REFUSES_FORMAT.test(error.message)
          if (!isRefused || n === FORMATS.length - 1) throw error
        }
      }
      throw new CaptureError('CAPTURE_DEVICE_FAILED', `${command} takes no format on '${device}'`)
    },
  }
}

/**
 * What arecord is to open. ALSA's own names go to it as they are; any other is looked for among the devices, and tried
 * as it is where none fits, since a PCM need not be listed.
 */
async function pcmOf(wanted: string, find: FindDevice, signal: AbortSignal): Promise<string> {
  if (wanted === 'default' || wanted.includes(':')) return wanted
  try {
    return (await find(wanted, 'alsa', signal)).name
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
    if (error.code === 'CAPTURE_AMBIGUOUS_DEVICE') throw error
    return wanted
  }
}

/** Resolves with the first bytes: until then nobody knows whether the device takes the format. */
async function open(command: string, pcm: string, format: Format, signal: AbortSignal): Promise<Recording> {
  const { rateHz, channels } = format
  const timing = ['--period-time', String(PERIOD_US), '--buffer-time', String(BUFFER_US)]
  const args = ['-t', 'raw', '-f', 'S16_LE', '-r', String(rateHz), '-c', String(channels), '-D', pcm]
  const child = spawn(command, ['-q', ...args, ...timing], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: captureEnv(),
  })
  const process = new CaptureProcess(child)
  const stdout = child.stdout
  // A child that hangs may not die at once: letting go of its output is what ends a pending read.
  const stop = (): unknown => stdout.destroy()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const close = async (): Promise<void> => {
    signal.removeEventListener('abort', stop)
    await process.close()
    wipeUnread(stdout)
  }
  const hasOutput = once(stdout, 'readable', { signal }).catch(() => undefined)
  await Promise.race([hasOutput, process.ended])
  if (stdout.readableLength === 0) {
    const ending = signal.aborted ? 'gave no sample' : await process.ended
    await close()
    throw deviceFailed(command, pcm, ending, process.lastWords)
  }
  return {
    rateHz,
    channels,
    close,
    async *blocks(): AsyncGenerator<CaptureBlock> {
      try {
        for await (const bytes of audioPieces(stdout)) {
          yield { bytes, atMs: machineMs() }
        }
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof AffectdError) throw error
        throw deviceFailed(command, pcm, error as Error, process.lastWords)
      }
      if (!signal.aborted) throw deviceFailed(command, pcm, await process.ended, process.lastWords)
    },
  }
}

function deviceFailed(command: string, pcm: string, ending: Ending, lastWords: string): CaptureError {
  if (typeof ending !== 'string') {
    return new CaptureError(
      'CAPTURE_NO_ARECORD',
      `${command} cannot be started (${ending.code ?? ending.message}): install alsa-utils or choose another source`,
      { cause: ending },
    )
  }
  const why = lastWords === '' ? '' : `: ${lastWords}`
  const hint = /permission denied/i.test(lastWords) ? '; the user must be in the group audio' : ''
  return new CaptureError(
    'CAPTURE_DEVICE_FAILED',
    `${command} ${ending} on capture device '${pcm}'${why}${hint}`,
  )
}
