import { logF32 } from '../features/log-f32.js'

const DB_PER_LN = 10 / Math.LN10

/** What digital silence reads. */
export const MIN_LEVEL_DBFS = -120

/** Mean square of a frame about its own mean, full scale = 1: a DC offset is no sound. */
export function acPower(samples: Float32Array): number {
  let sum = 0
  for (const x of samples) sum += x
  const mean = sum / samples.length
  let squares = 0
  for (const x of samples) squares += (x - mean) * (x - mean)
  return squares / samples.length
}

/** dB of a power, the same bits everywhere; at least MIN_LEVEL_DBFS. */
export function levelDbfs(power: number): number {
  return power > 1e-12 ? DB_PER_LN * logF32(power) : MIN_LEVEL_DBFS
}
