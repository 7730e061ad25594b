import { fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { CaptureError } from '../errors.js'
import { noPortaudio, portaudioEntry } from './portaudio-process.js'
import { parseChildMessage, type PortaudioDevice } from './portaudio-protocol.js'

export type { PortaudioDevice } from './portaudio-protocol.js'

const LIST_LIMIT_MS = 5_000

/**
 * Asks PortAudio in a process of its own, which is gone when this returns.
 *
 * @param signal ends it early, as a failure
 * @throws {CaptureError} CAPTURE_NO_PORTAUDIO if naudiodon is not installed or does not load;
 *                        CAPTURE_PORTAUDIO_FAILED if it crashes, hangs or answers something else
 */
export function listPortaudioDevices(signal?: AbortSignal): Promise<readonly PortaudioDevice[]> {
  return devicesOfChild(portaudioEntry(), LIST_LIMIT_MS, signal)
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
      execArgv: [],
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

function checkedAnswer(answer: unknown): readonly PortaudioDevice[] | CaptureError {
  const message = parseChildMessage(answer)
  if (message?.kind === 'devices') return message.devices
  if (message?.kind === 'failed' && message.code === 'no_portaudio') return noPortaudio(message.text)
  return failed('answered something else than a list of devices')
}

function failed(what: string, cause?: Error): CaptureError {
  return new CaptureError(
    'CAPTURE_PORTAUDIO_FAILED',
    `PortAudio's list of devices: the process that asks for it ${what}`,
    { cause },
  )
}
