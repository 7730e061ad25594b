import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Says whether the tests that need a program can run. Where it is missing they are skipped by name, and loudly; under
 * REQUIRE_ALL=1 a skip is a failure.
 *
 * @param program looked up in PATH and the system's sbin folders
 * @returns tap's options for the tests that need it: `t.test(name, skipUnless('mosquitto'), …)`
 * @throws {Error} if it is missing under REQUIRE_ALL=1
 */
export function skipUnless(program: string): { skip: false | string } {
  return skipUnlessPart(program, findProgram(program) !== undefined)
}

/** The same for a part that is no program: a native package, a device. */
export function skipUnlessPart(name: string, isPresent: boolean): { skip: false | string } {
  if (isPresent) return { skip: false }
  if (process.env['REQUIRE_ALL'] === '1') throw new Error(`${name} is missing and REQUIRE_ALL=1: install it`)
  console.error(`SKIPPED: ${name} is missing, the tests that need it do not run`)
  return { skip: `${name} is not installed` }
}

/** Full path of a program, or undefined. */
export function findProgram(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin']
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
