import { join } from 'node:path'
import type { ConfigSources } from '../../config/load-config.js'
import { CREDENTIAL } from '../broker-options.js'
import { readStart } from '../../ops/read-start.js'

const SECRET_NAME = /passw|passphrase|secret|token|private_?key|api_?key|(?:^|[._])key$/i
/** Values of switches with such a name. */
const NO_SECRETS: readonly string[] = ['', '0', '1', 'true', 'false', 'yes', 'no', 'on', 'off']
/** Files that hold a secret, as opposed to settings that name a file. */
const SECRET_FILES: readonly string[] = ['password_file', 'key_file']
/** Of systemd/affectd.service, which puts `mqtt_` before the names there. */
const CREDENTIALS_OF_UNIT = '/etc/affectd/credentials'
const MAX_FILE_BYTES = 64 * 1024
const MAX_DEPTH = 8
/** Shorter lines of a key are no secret: `-----`, the last few characters. */
const LEAST_KEY_LINE = 16

/**
 * Every secret that a configuration holds or names, whether or not it can be loaded: settings by their names, credentials
 * in URLs, what lies in the files of secrets, and variables of the environment. Empty values are none.
 */
export function knownSecrets({ file, set = [], env }: ConfigSources): ReadonlySet<string> {
  const secrets = new Set<string>()
  const learn = (name: string, value: string): void => {
    if (SECRET_FILES.some((key) => name.endsWith(key))) learnFile(value)
    else if (SECRET_NAME.test(name) && !/file$/i.test(name)) secrets.add(value)
    for (const password of urlPasswords(value)) secrets.add(password)
  }
  const learnFile = (path: string): void => {
    const file = credentialFile(path, env)
    const text = readSome(file)
    if (text === undefined) {
      // Where no file is named, somebody may have written the password itself.
      if (file === path && !path.includes('/')) secrets.add(path)
      return
    }
    secrets.add(text.replace(/\r?\n$/, ''))
    for (const line of text.split(/\r?\n/)) {
      if (line.trim().length >= LEAST_KEY_LINE && !line.startsWith('-----')) secrets.add(line.trim())
    }
  }
  if (file !== undefined) for (const [name, value] of textsIn(parsed(readSome(file)))) learn(name, value)
  for (const [name, value] of Object.entries(env)) if (value !== undefined) learn(name.toLowerCase(), value)
  for (const pair of set) {
    const end = pair.search(/[=:]/)
    if (end > 0) learn(pair.slice(0, end), pair.slice(end + 1))
  }
  for (const none of NO_SECRETS) secrets.delete(none)
  return secrets
}

/** Outside the service, systemd hands over nothing: then what `LoadCredential=` of the unit takes it from. */
function credentialFile(path: string, { CREDENTIALS_DIRECTORY: folder }: NodeJS.ProcessEnv): string {
  if (!path.startsWith(CREDENTIAL)) return path
  const name = path.slice(CREDENTIAL.length)
  return folder === undefined || folder === ''
    ? join(CREDENTIALS_OF_UNIT, name.replace(/^mqtt_/, ''))
    : join(folder, name)
}

/** What stands for a password in the URLs of a text, as written and decoded. */
function urlPasswords(text: string): readonly string[] {
  return text.split(/[\s,]+/).flatMap((part) => {
    const password = /:\/\/[^/]*?:(.*)@/.exec(part)?.[1]
    return password === undefined ? [] : [password, decoded(password)]
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Every text in a JSON value, with the dotted name that it has there. */
function textsIn(value: unknown, name = '', depth = 0): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[name, value]]
  if (typeof value === 'number') return [[name, String(value)]]
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return []
  return Object.entries(value).flatMap(([key, below]) => {
    return textsIn(below, name === '' ? key : `${name}.${key}`, depth + 1)
  })
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}

function readSome(path: string): string | undefined {
  return readStart(path, MAX_FILE_BYTES)?.toString('utf8')
}
