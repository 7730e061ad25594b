import { AffectdError } from '../../errors.js'
import type { Recorder } from './recorder.js'

/**
 * PortAudio where it can be loaded, else arecord: found out by trying, and not tried again.
 *
 * @param onFallback told once, with why
 */
export function createAutoRecorder(
  portaudio: Recorder,
  arecord: Recorder,
  onFallback: (why: AffectdError) => void,
): Recorder {
  let current = portaudio
  return {
    get name() {
      return current.name
    },
    async record(signal) {
      try {
        return await current.record(signal)
      } catch (error) {
        const hasNone = error instanceof AffectdError && error.code === 'CAPTURE_NO_PORTAUDIO'
        if (!hasNone || current === arecord) throw error
        current = arecord
        onFallback(error)
        return arecord.record(signal)
      }
    },
  }
}
