import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { CaptureError } from '../errors.js'
import { captureEnv, CaptureProcess } from './live/capture-process.js'
import { parseChildMessage, type ChildMessage } from './portaudio-protocol.js'

/** The capture process and its audio. */
export interface PortaudioProcess {
  readonly process: CaptureProcess
  /** Packets; see live/packets.ts. */
  readonly audio: Duplex
}

// As installed beside this file; in development the built one.
const ENTRIES = ['./portaudio-child.js', '../../dist/capture/portaudio-child.js'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)

/**
 * What the capture process runs.
 *
 * @throws {CaptureError} CAPTURE_NO_PORTAUDIO where it is not built
 */
export function portaudioEntry(): string {
  const entry = ENTRIES.find((path) => existsSync(path))
  if (entry === undefined) throw noPortaudio('portaudio-child.js is not built')
  return entry
}

/** @param why as the process said it */
export function noPortaudio(why: string): CaptureError {
  return new CaptureError(
    'CAPTURE_NO_PORTAUDIO',
    `naudiodon is not installed or does not load (${why}); install it, mend it with scripts/deploy/fix-portaudio.sh on a 64-bit Pi, or use arecord`,
  )
}

/** @param entry what it runs; default: the real one */
export function startPortaudio(entry = portaudioEntry()): PortaudioProcess {
  const child = fork(entry, [], {
    // Its own chatter goes nowhere; a crash log of its segfault handler goes where such things may lie.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
    cwd: tmpdir(),
    env: captureEnv(),
    // It holds two seconds of audio and one native package: V8 needs no room, and the board has none.
    execArgv: ['--max-semi-space-size=1', '--max-old-space-size=24', '--single-threaded'],
  })
  return { process: new CaptureProcess(child), audio: child.stdio[4] as Duplex }
}

/**
 * The next thing that the process says.
 *
 * @throws {CaptureError} CAPTURE_NO_PORTAUDIO where it cannot be loaded; CAPTURE_DEVICE_FAILED where there is no such
 *                        device, it refuses, or the process ends or says something else
 */
export async function nextMessage({ process }: PortaudioProcess, signal: AbortSignal): Promise<ChildMessage> {
  const { child } = process
  const said = new Promise<unknown>((resolve) => child.once('message', resolve))
  const aborted = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null)
    signal.addEventListener('abort', () => resolve(null), { once: true })
  })
  const ended = process.ended.then((ending) => ({ ending }))
  const first = await Promise.race([said, aborted, ended])
  if (first === null) throw new CaptureError('CAPTURE_DEVICE_FAILED', 'PortAudio did not answer in time')
  if (typeof first === 'object' && 'ending' in (first as object)) {
    const { ending } = first as { ending: string | Error }
    const how = typeof ending === 'string' ? ending : ending.message
    const why = process.lastWords === '' ? '' : `: ${process.lastWords}`
    throw new CaptureError('CAPTURE_DEVICE_FAILED', `the PortAudio process ${how}${why}`)
  }
  const message = parseChildMessage(first)
  if (message === null) {
    throw new CaptureError(
      'CAPTURE_GARBAGE',
      'the PortAudio process said what it never says; it is started anew',
    )
  }
  if (message.kind !== 'failed') return message
  if (message.code === 'no_portaudio') throw noPortaudio(message.text)
  throw new CaptureError('CAPTURE_DEVICE_FAILED', message.text)
}
