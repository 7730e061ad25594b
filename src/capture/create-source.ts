import type { Readable } from 'node:stream'
import { CaptureError } from '../errors.js'
import { createArecordSource } from './arecord-source.js'
import type { AudioSource } from './audio-source.js'
import { createFileSource } from './file-source.js'
import type { PaceClock } from './pace-clock.js'
import type { SourceSpec } from './source-spec.js'
import { createStdinSource } from './stdin-source.js'

export interface AudioSourceDeps {
  /** What `stdin` reads: the process's own in production. A function, since merely touching that opens it. */
  readonly stdin: () => Readable
  /** Default: the machine's. */
  readonly clock?: PaceClock
}

/**
 * The adapter for a source. `auto` is ALSA's default device through arecord.
 *
 * @throws {CaptureError} CAPTURE_NO_PORTAUDIO
 */
export function createAudioSource(spec: SourceSpec, deps: AudioSourceDeps): AudioSource {
  switch (spec.kind) {
    case 'auto':
      return createArecordSource()
    case 'arecord':
      return createArecordSource(spec.pcm === undefined ? {} : { pcm: spec.pcm })
    case 'file':
      return createFileSource(deps.clock === undefined ? spec : { ...spec, clock: deps.clock })
    case 'stdin':
      return createStdinSource(deps.stdin(), deps.clock)
    case 'portaudio':
      throw new CaptureError(
        'CAPTURE_NO_PORTAUDIO',
        'this build has no PortAudio adapter yet; use arecord, file or stdin',
      )
  }
}
