import type { Readable } from 'node:stream'
import type { Logger } from '../ops/logger.js'
import type { Clock } from '../ops/clock.js'
import type { AudioSource } from './audio-source.js'
import { createFileSource } from './file-source.js'
import { createArecordRecorder } from './live/arecord-recorder.js'
import { createAutoRecorder } from './live/auto-recorder.js'
import { DEFAULT_LIVE_PARAMS, type LiveParams } from './live/live-params.js'
import { createPortaudioRecorder } from './live/portaudio-recorder.js'
import type { Recorder } from './live/recorder.js'
import { SupervisedSource } from './live/supervised-source.js'
import type { PaceClock } from './pace-clock.js'
import type { SourceSpec } from './source-spec.js'
import { createStdinSource } from './stdin-source.js'

export interface AudioSourceDeps {
  /** What `stdin` reads: the process's own in production. A function, since merely touching that opens it. */
  readonly stdin: () => Readable
  /** For the watch over a microphone. */
  readonly clock: Clock
  readonly log: Logger
  /** Default: the machine's. */
  readonly paceClock?: PaceClock
  /** What is done with a microphone's signal. */
  readonly live?: LiveParams
}

/**
 * The adapter for a source. `auto` is the default device through PortAudio where that can be loaded, else through
 * arecord.
 *
 * @throws {ConfigError} CAPTURE_BAD_DEVICE
 */
export function createAudioSource(spec: SourceSpec, deps: AudioSourceDeps): AudioSource {
  const { log, clock, paceClock, live = DEFAULT_LIVE_PARAMS } = deps
  const supervised = (recorder: Recorder): AudioSource => new SupervisedSource(recorder, live, { log, clock })
  switch (spec.kind) {
    case 'auto': {
      const { device } = spec
      return supervised(
        createAutoRecorder(
          createPortaudioRecorder(device),
          createArecordRecorder(device === undefined ? {} : { pcm: device }),
          (why) => log.info({ code: why.code }, `${why.message}; capturing with arecord`),
        ),
      )
    }
    case 'portaudio':
      return supervised(createPortaudioRecorder(spec.device))
    case 'arecord':
      return supervised(createArecordRecorder(spec.pcm === undefined ? {} : { pcm: spec.pcm }))
    case 'file':
      return createFileSource(paceClock === undefined ? spec : { ...spec, clock: paceClock })
    case 'stdin':
      return createStdinSource(deps.stdin(), paceClock)
  }
}
