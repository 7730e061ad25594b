import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { wavPaths } from '../corpora/wav-paths.js'

/** Classes of ESC-10 that networks may hear in training. The others are kept for measuring noise. */
export const TRAINING_NOISE = [
  'baby-cry',
  'chainsaw',
  'dog-bark',
  'helicopter',
  'person-sneeze',
  'rain',
] as const

/** Recordings of noise for training; none where the noise corpus is absent. */
export function trainingNoise(corporaRoot: string): string[] {
  return TRAINING_NOISE.map((name) => join(corporaRoot, 'noise', 'esc10', name))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => wavPaths(folder))
}
