import type { Readable } from 'node:stream'
import { AffectdError, CaptureError } from '../../errors.js'
import { audioPieces, wipeUnread } from '../audio-pieces.js'
import { checkedDeviceName } from '../device-name.js'
import { nextMessage, startPortaudio, type PortaudioProcess } from '../portaudio-process.js'
import { PacketParser } from './packets.js'
import { findDevice, type FindDevice } from './find-device.js'
import type { CaptureBlock, Recorder } from './recorder.js'

/** Where one channel alone is refused, so many are asked for and mixed. */
const MOST_CHANNELS = 2

/**
 * A microphone through PortAudio, one process a recording: see src/capture/portaudio-child.ts.
 *
 * Recording throws {CaptureError} as `nextMessage`; CAPTURE_GARBAGE, CAPTURE_DEVICE_FAILED later on.
 *
 * @param device what `resolveDevice` takes; undefined: the default
 * @param find   default: `findDevice`
 * @param start  default: `startPortaudio`
 * @throws {ConfigError} CAPTURE_BAD_DEVICE
 */
export function createPortaudioRecorder(
  device?: string,
  find: FindDevice = findDevice,
  start: () => PortaudioProcess = startPortaudio,
): Recorder {
  const name = device === undefined ? '' : checkedDeviceName(device)
  return {
    name: name === '' ? 'portaudio' : `portaudio:${name}`,
    async record(signal) {
      const wanted = await portaudioNameOf(name, find, signal)
      const portaudio = start()
      const { process, audio } = portaudio
      const stop = (): unknown => audio.destroy()
      signal.addEventListener('abort', stop, { once: true })
      const close = async (): Promise<void> => {
        signal.removeEventListener('abort', stop)
        await process.close()
        wipeUnread(audio)
      }
      try {
        process.child.send({ device: wanted, channels: MOST_CHANNELS }, () => undefined)
        const opened = await nextMessage(portaudio, signal)
        if (opened.kind !== 'opened') throw new CaptureError('CAPTURE_GARBAGE', 'PortAudio opened nothing')
        return {
          rateHz: opened.rateHz,
          channels: opened.channels,
          close,
          blocks: () => packets(audio, process.ended, signal),
        }
      } catch (error) {
        await close()
        throw error
      }
    },
  }
}

/** PortAudio has names of its own, which hold the card's index: they are looked up each time. */
async function portaudioNameOf(wanted: string, find: FindDevice, signal: AbortSignal): Promise<string> {
  if (wanted === '' || wanted === 'default') return ''
  const { name, portaudioName } = await find(wanted, 'portaudio', signal)
  return portaudioName ?? name
}

async function* packets(
  audio: Readable,
  ended: Promise<string | Error>,
  signal: AbortSignal,
): AsyncGenerator<CaptureBlock> {
  const parser = new PacketParser()
  try {
    for await (const bytes of audioPieces(audio)) yield* parser.push(bytes)
  } catch (error) {
    if (signal.aborted) return
    if (error instanceof AffectdError) throw error
    throw new CaptureError(
      'CAPTURE_DEVICE_FAILED',
      `the PortAudio process cannot be read: ${String(error)}`,
      {
        cause: error,
      },
    )
  } finally {
    parser.wipe()
  }
  if (signal.aborted) return
  const ending = await ended
  const how = typeof ending === 'string' ? ending : ending.message
  throw new CaptureError('CAPTURE_DEVICE_FAILED', `the PortAudio process ${how}`)
}
