import { spawn, type ChildProcess } from 'node:child_process'
import { AffectdError, CaptureError } from '../errors.js'
import { SAMPLE_RATE_HZ } from '../units.js'
import type { AudioFrame, AudioSource } from './audio-source.js'
import { checkedDeviceName } from './device-name.js'
import { Framer } from './framer.js'
import { S16Decoder } from './s16-decoder.js'

export interface ArecordSourceOptions {
  /** ALSA's name of the device. Default: `default`. */
  readonly pcm?: string
  /** The program. Default: `arecord`, from the PATH. */
  readonly command?: string
}

/** How long a child may take to obey SIGTERM. SIGKILL at once could leave a lock of ALSA's dsnoop held. */
const TERMINATION_GRACE_MS = 1_000
const MAX_STDERR_CHARS = 2_048

/**
 * A microphone through alsa-utils' `arecord`: one child process, whose output is read as long as it lives. Without
 * supervision: a device that fails ends the iteration.
 *
 * Iterating throws {CaptureError} CAPTURE_NO_ARECORD if the program is missing, CAPTURE_DEVICE_FAILED when it ends.
 *
 * @throws {ConfigError} CAPTURE_BAD_DEVICE
 */
export function createArecordSource(options: ArecordSourceOptions = {}): AudioSource {
  const pcm = checkedDeviceName(options.pcm ?? 'default')
  const command = options.command ?? 'arecord'
  return {
    name: `arecord:${pcm}`,
    canWait: false,
    frames: (signal) => recordedFrames(command, pcm, signal),
  }
}

async function* recordedFrames(
  command: string,
  pcm: string,
  signal: AbortSignal,
): AsyncGenerator<AudioFrame> {
  if (signal.aborted) return
  const args = ['-q', '-t', 'raw', '-f', 'S16_LE', '-r', String(SAMPLE_RATE_HZ), '-c', '1', '-D', pcm]
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = exitOf(child)
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MAX_STDERR_CHARS)
  })
  // A child that hangs may not die at once: letting go of its output is what ends a pending read.
  const stop = (): unknown => child.stdout.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const decoder = new S16Decoder()
    const framer = new Framer()
    for await (const bytes of child.stdout as AsyncIterable<Uint8Array>) {
      for (const frame of framer.push(decoder.decode(bytes))) {
        if (signal.aborted) return
        yield frame
      }
    }
    const ending = await exited
    if (!signal.aborted) throw deviceFailed(command, pcm, ending, stderr)
  } catch (error) {
    if (signal.aborted) return
    if (error instanceof AffectdError) throw error
    throw deviceFailed(command, pcm, error as Error, stderr)
  } finally {
    signal.removeEventListener('abort', stop)
    await end(child, exited)
  }
}

/** How the process ended, or why it could not be started. */
type Ending = string | NodeJS.ErrnoException

function exitOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.on('error', resolve)
    // `close`, not `exit`: by then all of stderr has been read.
    child.once('close', (code, killedBy) => {
      resolve(killedBy === null ? `ended with status ${code}` : `was ended by ${killedBy}`)
    })
  })
}

async function end(child: ChildProcess, exited: Promise<Ending>): Promise<void> {
  // Both: a process that it started may hold them open after it has ended.
  child.stdout?.destroy()
  child.stderr?.destroy()
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const patience = setTimeout(() => child.kill('SIGKILL'), TERMINATION_GRACE_MS)
  await exited
  clearTimeout(patience)
}

function deviceFailed(command: string, pcm: string, ending: Ending, stderr: string): CaptureError {
  if (typeof ending !== 'string') {
    return new CaptureError(
      'CAPTURE_NO_ARECORD',
      `${command} cannot be started (${ending.code ?? ending.message}): install alsa-utils or choose another source`,
      { cause: ending },
    )
  }
  const lastLine = stderr.trim().split('\n').at(-1) ?? ''
  return new CaptureError(
    'CAPTURE_DEVICE_FAILED',
    `${command} ${ending} on capture device '${pcm}'${lastLine === '' ? '' : `: ${lastLine}`}`,
  )
}
