/** A syllable's peak is at most this far below the loudest frame. */
export const NUCLEUS_RANGE_DB = 25

/** Between two syllables the intensity dips at least this far below the later one's peak. */
export const NUCLEUS_DIP_DB = 2

/**
 * Frames of the syllable nuclei: peaks of the intensity within 25 dB of the loudest frame, each preceded by a dip of
 * at least 2 dB since the nucleus before, and voiced. Speech rate is their number over the time.
 *
 * @param intensityDbfs one value a frame
 * @param f0Hz          of the same frames, 0 where unvoiced
 * @see de Jong & Wempe 2009, "Praat script to detect syllable nuclei and measure speech rate automatically"
 */
export function syllableNuclei(intensityDbfs: Float32Array, f0Hz: Float32Array): number[] {
  const frames = Math.min(intensityDbfs.length, f0Hz.length)
  let loudest = -Infinity
  for (let i = 0; i < frames; i++) loudest = Math.max(loudest, intensityDbfs[i])
  const threshold = loudest - NUCLEUS_RANGE_DB
  const nuclei: number[] = []
  let dip = -Infinity
  for (let i = 0; i < frames; i++) {
    dip = Math.min(dip, intensityDbfs[i])
    const rises = i === 0 || intensityDbfs[i] > intensityDbfs[i - 1]
    const falls = i === frames - 1 || intensityDbfs[i] >= intensityDbfs[i + 1]
    if (!rises || !falls || intensityDbfs[i] <= threshold || f0Hz[i] === 0) continue
    const previous = nuclei.at(-1)
    if (previous === undefined || intensityDbfs[i] - dip >= NUCLEUS_DIP_DB) {
      nuclei.push(i)
    } else if (intensityDbfs[i] > intensityDbfs[previous]) {
      // One syllable with two humps: its nucleus is the higher one.
      nuclei[nuclei.length - 1] = i
    } else {
      continue
    }
    dip = intensityDbfs[i]
  }
  return nuclei
}
