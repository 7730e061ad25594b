import { readFileSync } from 'node:fs'
import type { Config } from '../config/config.js'
import { ConfigError } from '../errors.js'
import type { LinkOptions } from '../publish/link.js'

const CONNECT_TIMEOUT_MS = 10_000
const MAX_SECRET_BYTES = 64 * 1024

/**
 * How to reach the broker, with secrets and certificates read from their files.
 *
 * @throws {ConfigError} CONFIG_NOT_FOUND, CONFIG_INVALID_VALUE
 */
export function brokerOptions({ device, mqtt }: Config): Omit<LinkOptions, 'will'> {
  const file = (key: 'password_file' | 'ca_file' | 'cert_file' | 'key_file'): string | undefined =>
    mqtt[key] === '' ? undefined : readSecret(`mqtt.${key}`, mqtt[key])
  const password = file('password_file')?.replace(/\r?\n$/, '') ?? mqtt.password
  return {
    url: mqtt.url,
    protocol: mqtt.protocol,
    clientId: mqtt.client_id === '' ? `affectd-${device.id}` : mqtt.client_id,
    username: mqtt.username === '' ? undefined : mqtt.username,
    password: password === '' ? undefined : password,
    tls: { ca: file('ca_file'), cert: file('cert_file'), key: file('key_file') },
    keepaliveS: mqtt.keepalive_s,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  }
}

function readSecret(key: string, path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException
    throw new ConfigError(
      'CONFIG_NOT_FOUND',
      `${key}: ${path} cannot be read (${code}); check path and rights`,
      {
        cause,
      },
    )
  }
  if (text.trim() === '' || text.length > MAX_SECRET_BYTES) {
    throw new ConfigError(
      'CONFIG_INVALID_VALUE',
      `${key}: ${path} holds ${text.length} characters, allowed: 1 to ${MAX_SECRET_BYTES}`,
    )
  }
  return text
}
