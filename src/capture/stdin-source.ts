import type { Readable } from 'node:stream'
import { AffectdError, InputError } from '../errors.js'
import type { AudioFrame, AudioSource } from './audio-source.js'
import { audioPieces } from './audio-pieces.js'
import { Framer } from './framer.js'
import { systemPaceClock, type PaceClock } from './pace-clock.js'
import { Pacer } from './pacer.js'
import { S16Decoder } from './s16-decoder.js'

/** As samples: 18770 and 17990, a step that no microphone makes from silence. */
const WAV_MAGIC = 'RIFF'

/**
 * Raw audio from a pipe: signed 16 bit little endian, 16 kHz, mono. Taken as fast as it comes.
 *
 * A stream that ends in the middle of a sample gives its whole samples first and then throws INPUT_TRUNCATED; one
 * without a single byte throws INPUT_EMPTY; one that fails, INPUT_UNREADABLE; one that begins like a WAV file, whose
 * header and format would be heard as noise, INPUT_BAD_FORMAT.
 *
 * @param stream destroyed when iteration ends; its bytes are overwritten once they are decoded
 */
export function createStdinSource(stream: Readable, clock: PaceClock = systemPaceClock): AudioSource {
  return { name: 'stdin', canWait: true, frames: (signal) => stdinFrames(stream, clock, signal) }
}

async function* stdinFrames(
  stream: Readable,
  clock: PaceClock,
  signal: AbortSignal,
): AsyncGenerator<AudioFrame> {
  // A pending read knows nothing of the signal: destroying the stream is what ends it.
  const close = (): unknown => stream.destroy()
  signal.addEventListener('abort', close, { once: true })
  try {
    if (signal.aborted) return
    const pacer = new Pacer('fast', clock)
    for await (const frame of decodedFrames(stream)) {
      await pacer.whenDue(frame, signal)
      if (signal.aborted) return
      yield frame
    }
  } catch (error) {
    if (signal.aborted) return
    if (error instanceof AffectdError) throw error
    throw new InputError('INPUT_UNREADABLE', `stdin cannot be read: ${String(error)}`, { cause: error })
  } finally {
    signal.removeEventListener('abort', close)
    stream.destroy()
  }
}

async function* decodedFrames(stream: Readable): AsyncGenerator<AudioFrame> {
  const decoder = new S16Decoder()
  const framer = new Framer()
  try {
    yield* framesOf(stream, decoder, framer)
  } finally {
    decoder.wipe()
    framer.drop()
  }
}

async function* framesOf(stream: Readable, decoder: S16Decoder, framer: Framer): AsyncGenerator<AudioFrame> {
  let totalBytes = 0
  let head = ''
  for await (const bytes of audioPieces(stream)) {
    totalBytes += bytes.length
    if (head.length < WAV_MAGIC.length) {
      head += String.fromCharCode(...bytes.subarray(0, WAV_MAGIC.length - head.length))
      if (head === WAV_MAGIC) {
        throw new InputError(
          'INPUT_BAD_FORMAT',
          'stdin takes raw samples (s16le, 16 kHz, mono), and this is a WAV file: use file:PATH, or sox with -t raw',
        )
      }
    }
    const samples = decoder.decode(bytes)
    yield* framer.push(samples)
    samples.fill(0)
  }
  yield* framer.flush()
  if (totalBytes === 0) {
    throw new InputError('INPUT_EMPTY', 'stdin is empty: pipe s16le samples at 16 kHz, mono, into it')
  }
  if (decoder.isMidSample) {
    throw new InputError(
      'INPUT_TRUNCATED',
      `stdin ended in the middle of a sample, after ${totalBytes} bytes: s16le takes 2 bytes a sample`,
    )
  }
}
