import {
  closeSync,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { CONFIG_KEYS } from '../config/config.js'
import { readJson, treeLayer } from '../config/layers.js'
import {
  CONFIG_VERSION,
  currentTree,
  VERSION_KEY,
  type Outdated,
} from '../config/migrations/config-version.js'
import type { Origin } from '../config/origin.js'
import { UsageError } from '../errors.js'

export interface MigratedFile {
  /** As it is to be. */
  readonly text: string
  readonly outdated: Outdated
}

/**
 * A configuration file in the names of this version, said to be of it.
 *
 * @throws {ConfigError} CONFIG_NOT_FOUND, CONFIG_BAD_JSON, CONFIG_TOO_NEW, CONFIG_UNKNOWN_KEY, CONFIG_INVALID_VALUE
 */
export function migratedFile(path: string): MigratedFile {
  const origin: Origin = { kind: 'file', name: path }
  const { tree, outdated } = currentTree(readJson(path), origin)
  // What would not be read as it is to be is not written.
  treeLayer(CONFIG_KEYS, tree, origin)
  const text = `${JSON.stringify({ [VERSION_KEY]: CONFIG_VERSION, ...(tree as object) }, null, 2)}\n`
  return { text, outdated }
}

/**
 * Puts text in a file's place, with its owner and rights, and keeps what was there beside it. A power cut leaves the one
 * or the other.
 *
 * @returns where the old one is kept
 * @throws {UsageError} USAGE_OUTPUT
 */
export function replaceKeeping(path: string, text: string): string {
  try {
    // A symbolic link stays one.
    const target = realpathSync(path)
    const { mode, uid, gid } = statSync(target)
    const kept = `${target}.bak`
    copyFileSync(target, kept)
    sync(kept)
    const part = `${target}.part`
    rmSync(part, { force: true })
    const file = openSync(part, 'wx', 0o600)
    try {
      writeFileSync(file, text)
      // Only root may give a file to somebody else; whoever may not owns it already, or it stays theirs.
      if (process.getuid?.() === 0) fchownSync(file, uid, gid)
      fchmodSync(file, mode & 0o7777)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(part, target)
    return kept
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    throw new UsageError(
      'USAGE_OUTPUT',
      `${path} cannot be replaced (${code}); mend the rights of its folder`,
      {
        cause,
      },
    )
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
