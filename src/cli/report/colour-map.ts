/** Anchors of an inferno-like scale, dark to light with luminance rising evenly: RGB. */
const ANCHORS: readonly (readonly [number, number, number])[] = [
  [4, 4, 18],
  [40, 11, 84],
  [101, 21, 110],
  [159, 42, 99],
  [212, 72, 66],
  [245, 125, 21],
  [250, 193, 39],
  [252, 255, 164],
]

/** Palette of 256 colours for a spectrogram, RGB, shape [256 × 3]; 0 is silence. */
export function spectrogramPalette(): Uint8Array {
  const palette = new Uint8Array(256 * 3)
  for (let i = 0; i < 256; i++) {
    const position = (i / 255) * (ANCHORS.length - 1)
    const from = Math.min(Math.floor(position), ANCHORS.length - 2)
    const share = position - from
    for (let c = 0; c < 3; c++) {
      palette[i * 3 + c] = Math.round(ANCHORS[from][c] * (1 - share) + ANCHORS[from + 1][c] * share)
    }
  }
  return palette
}
