import { lnSeries } from './pinned-series.js'
import { shortTimeEnergy } from './short-time-energy.js'

/**
 * How evenly a frame's energy is spread over its blocks: entropy of the blocks' shares, bits, 0 (all in one block) to
 * log2(nBlocks) (even). Onsets and plosives are low. Digital silence counts as even.
 *
 * @param nBlocks blocks of floor(length/nBlocks) samples; those left over at the end are not seen
 * @see Giannakopoulos & Pikrakis 2014, "Introduction to Audio Analysis", §4.3.3
 */
export function energyEntropyBits(
  samples: Float32Array,
  offset: number,
  length: number,
  nBlocks: number = 10,
): number {
  const blockLength = Math.floor(length / nBlocks)
  let total = 0
  for (let b = 0; b < nBlocks; b++) total += shortTimeEnergy(samples, offset + b * blockLength, blockLength)
  if (!(total > 0)) return lnSeries(nBlocks) / Math.LN2
  let entropy = 0
  for (let b = 0; b < nBlocks; b++) {
    const share = shortTimeEnergy(samples, offset + b * blockLength, blockLength) / total
    // A share so small that its logarithm would need a subnormal adds nothing.
    if (share > 1e-30) entropy -= (share * lnSeries(share)) / Math.LN2
  }
  return Math.max(0, entropy)
}
