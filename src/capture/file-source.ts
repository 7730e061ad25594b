import type { AudioFrame, AudioSource } from './audio-source.js'
import { Framer } from './framer.js'
import { InputFile } from './input-file.js'
import { systemPaceClock, type PaceClock } from './pace-clock.js'
import { Pacer, type Pace } from './pacer.js'
import { Resampler } from './resampler.js'
import { WavReader } from './wav-reader.js'

export interface FileSourceOptions {
  /** Of a WAV file: PCM of 8, 16, 24 or 32 bits or float, 1 to 384 kHz, 1 to 64 channels. */
  readonly path: string
  readonly pace: Pace
  /**
   * Repeats the file until aborted. Each repetition begins on a frame's boundary with filters at rest, so it gives the
   * same frames as the first; `startSample` goes on rising.
   */
  readonly loop: boolean
  /** Default: the machine's. */
  readonly clock?: PaceClock
}

/** Audio from a WAV file, mixed to mono (mean of the channels) and resampled to 16 kHz. */
export function createFileSource(options: FileSourceOptions): AudioSource {
  return {
    name: `file:${options.path}`,
    canWait: true,
    frames: (signal) => pacedFrames(options, signal),
  }
}

async function* pacedFrames(options: FileSourceOptions, signal: AbortSignal): AsyncGenerator<AudioFrame> {
  const pacer = new Pacer(options.pace, options.clock ?? systemPaceClock)
  const file = await InputFile.open(options.path)
  try {
    const reader = await WavReader.open(file)
    for await (const frame of repeatedFrames(reader, options.loop)) {
      await pacer.whenDue(frame, signal)
      if (signal.aborted) return
      yield frame
    }
  } finally {
    await file.close()
  }
}

async function* repeatedFrames(reader: WavReader, loop: boolean): AsyncGenerator<AudioFrame> {
  const resampler = new Resampler(reader.header.format.sampleRateHz)
  const framer = new Framer()
  try {
    do {
      resampler.reset()
      for await (const block of reader.blocks()) yield* framer.push(resampler.push(block))
      yield* framer.push(resampler.flush())
      yield* framer.flush()
    } while (loop)
  } finally {
    resampler.reset()
    framer.drop()
  }
}
