import { ConfigError } from '../errors.js'

const MAX_NAME_CHARS = 256
/** ALSA's configuration syntax: a PCM "name" with these can define a PCM that runs a command. */
const FORBIDDEN = /[{}|'"\p{Cc}]/u

/**
 * Every name of a capture device passes here, wherever it came from.
 *
 * @returns the name
 * @throws {ConfigError} CAPTURE_BAD_DEVICE
 */
export function checkedDeviceName(name: string): string {
  const refuse = (what: string): ConfigError =>
    new ConfigError('CAPTURE_BAD_DEVICE', `capture device ${JSON.stringify(name)} ${what}`)
  if (name.trim() === '') throw refuse('has no name: give one that `affectd devices` lists')
  if (name.length > MAX_NAME_CHARS) throw refuse(`is longer than ${MAX_NAME_CHARS} characters`)
  if (FORBIDDEN.test(name)) {
    throw refuse('contains one of { } | \' " or a control character, which are not allowed')
  }
  return name
}
