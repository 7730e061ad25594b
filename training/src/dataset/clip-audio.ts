import { Resampler } from '../../../src/capture/resampler.js'
import { InputFile } from '../../../src/capture/input-file.js'
import { WavReader } from '../../../src/capture/wav-reader.js'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'

/**
 * A clip's samples at 16 kHz, mono, read by the device's own WAV reader and resampler.
 *
 * @param speed 1.1 plays 10 % faster (and higher), as if the tape ran faster
 * @throws {InputError} as the reader does
 */
export async function clipAudio(path: string, speed = 1): Promise<Float32Array> {
  const file = await InputFile.open(path)
  try {
    const reader = await WavReader.open(file)
    const pieces: Float32Array[] = []
    const toDeviceRate = new Resampler(reader.header.format.sampleRateHz)
    for await (const block of reader.blocks()) pieces.push(toDeviceRate.push(block).slice())
    pieces.push(toDeviceRate.flush().slice())
    return atSpeed(concatenate(pieces), speed)
  } finally {
    await file.close()
  }
}

function atSpeed(samples: Float32Array, speed: number): Float32Array {
  if (speed === 1) return samples
  const resampler = new Resampler(Math.round(SAMPLE_RATE_HZ * speed))
  return concatenate([resampler.push(samples).slice(), resampler.flush().slice()])
}

function concatenate(pieces: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let offset = 0
  for (const piece of pieces) {
    joined.set(piece, offset)
    offset += piece.length
  }
  return joined
}
