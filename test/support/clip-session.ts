import { writeFileSync } from 'node:fs'
import { clipAudio } from '../../training/src/dataset/clip-audio.js'
import { SAMPLE_RATE_HZ } from '../../src/units.js'
import { wav16 } from '../capture/build-wav.js'

/** Clips one after the other, the whole list so many times. */
export interface SessionPart {
  readonly clips: readonly string[]
  readonly times: number
}

/** Between two clips: what a person leaves between two sentences. */
const PAUSE_SAMPLES = 0.8 * SAMPLE_RATE_HZ

/**
 * Writes a recording of clips over a faint dither.
 *
 * @returns where each part lies in it
 */
export async function writeSession(
  path: string,
  parts: readonly SessionPart[],
): Promise<readonly { readonly startS: number; readonly endS: number }[]> {
  const pieces: Float32Array[] = [new Float32Array(2 * SAMPLE_RATE_HZ)]
  const lengthS = (): number => pieces.reduce((sum, piece) => sum + piece.length, 0) / SAMPLE_RATE_HZ
  const spans = []
  for (const { clips, times } of parts) {
    const startS = lengthS()
    for (let n = 0; n < times; n++) {
      for (const clip of clips) pieces.push(await clipAudio(clip), new Float32Array(PAUSE_SAMPLES))
    }
    spans.push({ startS, endS: lengthS() })
  }
  const samples = new Float32Array(lengthS() * SAMPLE_RATE_HZ)
  let at = 0
  for (const piece of pieces) {
    samples.set(piece, at)
    at += piece.length
  }
  // ±1 in the last bit of ten: what a microphone's silence looks like, the same every time.
  writeFileSync(path, wav16(samples.map((x, i) => x + ((((i * 2_654_435_761) >>> 16) % 7) - 3) / 32_768)))
  return spans
}
