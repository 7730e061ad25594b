import { readFileSync } from 'node:fs'
import { ConfigError } from '../errors.js'

/**
 * The text of a file that a setting names.
 *
 * @param setting as the user gave it: `mqtt.ca_file`, `--sign`
 * @throws {ConfigError} CONFIG_NOT_FOUND
 */
export function readSettingFile(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException
    const message = `${setting}: ${path} cannot be read (${code}); check path and rights`
    throw new ConfigError('CONFIG_NOT_FOUND', message, { cause })
  }
}
