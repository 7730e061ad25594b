import { closeSync, constants, openSync, readSync } from 'node:fs'

/**
 * The beginning of a file of somebody else's, for which nothing waits and nothing fails.
 *
 * @returns at most `maxBytes`; undefined where there is no such file, or it is none that can be read at once
 */
export function readStart(path: string, maxBytes: number): Buffer | undefined {
  let file: number
  try {
    // Opening what is no file, such as a pipe, must not wait for whoever might write into it.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
  try {
    const bytes = Buffer.alloc(maxBytes)
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0))
  } catch {
    return undefined
  } finally {
    closeSync(file)
  }
}
