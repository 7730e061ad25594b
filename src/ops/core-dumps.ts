import { writeFileSync } from 'node:fs'

/**
 * Keeps memory, and with it passwords, audio and what was said of people, out of core dumps of this process and of those
 * that it starts: whatever limits it was started with, a dump of it holds registers and no memory.
 *
 * @returns false where the system has no such switch
 * @see core(5), /proc/[pid]/coredump_filter
 */
export function emptyCoreDumps(): boolean {
  try {
    writeFileSync('/proc/self/coredump_filter', '0')
    return true
  } catch {
    return false
  }
}
