import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../../../src/errors.js'

/**
 * All WAV files below a folder, sorted, so that every machine sees the clips in the same order.
 *
 * @throws {InputError} `CORPUS_NOT_FOUND` if the folder is missing or holds none
 */
export function wavPaths(folder: string): string[] {
  let names: string[]
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch (cause) {
    throw new InputError('CORPUS_NOT_FOUND', `no corpus at ${folder}`, { cause })
  }
  const paths = names.filter((name) => name.toLowerCase().endsWith('.wav')).sort()
  if (paths.length === 0) throw new InputError('CORPUS_NOT_FOUND', `no WAV files below ${folder}`)
  return paths.map((name) => join(folder, name))
}
