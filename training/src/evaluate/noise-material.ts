import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clip } from '../corpora/clip.js'
import { wavPaths } from '../corpora/wav-paths.js'
import type { NoiseMaterial } from './noise-conditions.js'

/**
 * Recordings of noise, in folders of their class below `noise/esc10`; none where that is absent.
 *
 * @param root folder of the decoded corpora
 */
export function noiseMaterial(root: string, voices: readonly Clip[]): NoiseMaterial {
  const folder = join(root, 'noise', 'esc10')
  const classes = existsSync(folder) ? readdirSync(folder).sort() : []
  return { recordings: new Map(classes.map((name) => [name, wavPaths(join(folder, name))])), voices }
}
