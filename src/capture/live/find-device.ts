import { ConfigError, CaptureError } from '../../errors.js'
import type { CaptureBackend, CaptureDevice } from '../devices/capture-device.js'
import { listDevices } from '../devices/list-devices.js'
import { resolveDevice } from '../devices/resolve-device.js'

/** Finds what a configuration means among the devices that are there now; they come and go. */
export type FindDevice = (
  wanted: string,
  backend: CaptureBackend,
  signal: AbortSignal,
) => Promise<CaptureDevice>

/**
 * Among what `list` lists.
 *
 * Finding rejects with {CaptureError} CAPTURE_NO_DEVICE or CAPTURE_AMBIGUOUS_DEVICE, with the choices: a microphone that
 * is not there yet is waited for, so neither is an error of the configuration here. CAPTURE_NO_PORTAUDIO where that is
 * why there is none.
 */
export function createFindDevice(list: typeof listDevices): FindDevice {
  return async (wanted, backend, signal) => {
    const { devices, gaps } = await list(signal)
    const absence = gaps.find(({ kind }) => kind === 'no_portaudio')
    if (backend === 'portaudio' && absence !== undefined) {
      throw new CaptureError('CAPTURE_NO_PORTAUDIO', absence.text)
    }
    try {
      return resolveDevice(
        wanted,
        devices.filter(({ backends }) => backends.includes(backend)),
      )
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      throw new CaptureError(error.code, error.message, { cause: error })
    }
  }
}

/** Asks ALSA and PortAudio. */
export const findDevice = createFindDevice(listDevices)
