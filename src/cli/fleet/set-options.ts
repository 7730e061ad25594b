import { readFileSync } from 'node:fs'
import { UsageError, InputError } from '../../errors.js'
import { readJsonObject, type JsonObject } from '../../hostile-json.js'
import { plain } from '../../plain-text.js'
import { layOver } from './overlay-edit.js'
import {
  checkPatch,
  checkUnset,
  parseAssignments,
  refuseIdleChange,
  type RemoteChange,
} from './remote-change.js'

const LIMITS = { maxBytes: 64 * 1024, maxDepth: 9 }

/**
 * The change that the command line describes, checked before anything is sent.
 *
 * @param pairs `key=value` each, over the file's
 * @param stdin what `--patch -` reads
 * @throws {UsageError} USAGE_ARGUMENTS
 * @throws {InputError} INPUT_NOT_FOUND, INPUT_UNREADABLE
 * @throws {ConfigError} CONFIG_UNKNOWN_KEY, CONFIG_NOT_REMOTE, CONFIG_INVALID_VALUE
 */
export function changeFrom(
  pairs: readonly string[],
  values: {
    readonly patch?: string | undefined
    readonly unset?: readonly string[] | undefined
    readonly replace?: boolean | undefined
  },
  stdin: () => string,
): RemoteChange {
  const { patch: path, unset = [], replace = false } = values
  if (replace && unset.length > 0) {
    throw new UsageError('USAGE_ARGUMENTS', 'affectd fleet set: --replace leaves nothing to --unset')
  }
  const fromFile = path === undefined ? {} : readPatch(path, stdin)
  if (path !== undefined) checkPatch(fromFile, path === '-' ? 'stdin' : plain(path))
  checkUnset(unset)
  const change = { patch: layOver(fromFile, parseAssignments(pairs)), unset, isReplacing: replace }
  refuseIdleChange(change)
  return change
}

function readPatch(path: string, stdin: () => string): JsonObject {
  let text: string
  try {
    text = path === '-' ? stdin() : readFileSync(path, 'utf8')
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException
    throw new InputError(
      code === 'ENOENT' ? 'INPUT_NOT_FOUND' : 'INPUT_UNREADABLE',
      `--patch ${path} cannot be read (${code}); check path and rights`,
      { cause },
    )
  }
  return readJsonObject(
    Buffer.from(text),
    LIMITS,
    (why) => new InputError('INPUT_UNREADABLE', `--patch ${path} is no patch: ${why}`),
  )
}
