import { createPowerSpectrum } from '../../features/power-spectrum.js'
import { FRAME_SAMPLES, powerToDb, SAMPLE_RATE_HZ, samplesToMs } from '../../units.js'
import { encodePng } from './png.js'
import { spectrogramPalette } from './colour-map.js'

const FFT_SAMPLES = 512
/** Two bins of 31.25 Hz a row: 0 to 8 kHz. */
const ROWS = 128
/** Darkest and brightest, dBFS of a bin. */
const FLOOR_DBFS = -105
const TOP_DBFS = -25

/** What a report shows of the sound itself. */
export interface AudioPicture {
  readonly durationS: number
  /** Lowest and highest sample of each column, full scale = 1. */
  readonly envelope: readonly { readonly low: number; readonly high: number }[]
  /** PNG: 0 to 8 kHz from the bottom up. */
  readonly spectrogram: Uint8Array
}

/**
 * Watches frames go by and keeps a picture of them: 136 bytes for each 20 ms, so an hour is 25 MB and the audio itself
 * is not held.
 */
export class AudioPainter {
  readonly #spectrum = createPowerSpectrum({
    frameLengthSamples: FFT_SAMPLES,
    nFft: FFT_SAMPLES,
    preEmphasis: 0,
  })
  readonly #power = new Float32Array(FFT_SAMPLES / 2 + 1)
  readonly #recent = new Float32Array(FFT_SAMPLES)
  readonly #lows: number[] = []
  readonly #highs: number[] = []
  #levels = new Uint8Array(ROWS * 512)

  /** @param samples FRAME_SAMPLES of them; not retained */
  push(samples: Float32Array): void {
    let low = 0
    let high = 0
    for (const sample of samples) {
      if (sample < low) low = sample
      if (sample > high) high = sample
    }
    this.#lows.push(low)
    this.#highs.push(high)
    this.#recent.copyWithin(0, FRAME_SAMPLES)
    this.#recent.set(samples, FFT_SAMPLES - FRAME_SAMPLES)
    this.#spectrum.frameInto(this.#recent, 0, this.#power)
    this.#keepLevels(this.#lows.length - 1)
  }

  /** @param maxColumns of the picture; where there are more frames, several share a column and the loudest shows */
  picture(maxColumns: number): AudioPicture {
    const frames = this.#lows.length
    const columns = Math.max(1, Math.min(frames, maxColumns))
    const pixels = new Uint8Array(ROWS * columns)
    const envelope = []
    for (let x = 0; x < columns; x++) {
      const from = Math.floor((x * frames) / columns)
      const to = Math.floor(((x + 1) * frames) / columns)
      let low = 0
      let high = 0
      for (let frame = from; frame < to; frame++) {
        low = Math.min(low, this.#lows[frame])
        high = Math.max(high, this.#highs[frame])
        for (let row = 0; row < ROWS; row++) {
          const pixel = (ROWS - 1 - row) * columns + x
          pixels[pixel] = Math.max(pixels[pixel], this.#levels[frame * ROWS + row])
        }
      }
      envelope.push({ low, high })
    }
    return {
      durationS: samplesToMs(frames * FRAME_SAMPLES) / 1000,
      envelope,
      spectrogram: encodePng(columns, ROWS, pixels, spectrogramPalette()),
    }
  }

  #keepLevels(frame: number): void {
    const start = frame * ROWS
    if (start + ROWS > this.#levels.length) {
      const larger = new Uint8Array(this.#levels.length * 2)
      larger.set(this.#levels)
      this.#levels = larger
    }
    for (let row = 0; row < ROWS; row++) {
      const dbfs = powerToDb(Math.max(this.#power[2 * row], this.#power[2 * row + 1]))
      const share = (dbfs - FLOOR_DBFS) / (TOP_DBFS - FLOOR_DBFS)
      this.#levels[start + row] = Math.round(255 * Math.min(1, Math.max(0, share)))
    }
  }
}

/** Highest frequency of the picture, Hz. */
export const PICTURE_TOP_HZ = SAMPLE_RATE_HZ / 2

export const PICTURE_RANGE_DBFS = [FLOOR_DBFS, TOP_DBFS] as const
