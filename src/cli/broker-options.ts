import { join } from 'node:path'
import type { Config } from '../config/config.js'
import { ConfigError } from '../errors.js'
import type { LinkOptions } from '../publish/link.js'
import { readSettingFile } from './read-setting-file.js'

const CONNECT_TIMEOUT_MS = 10_000
const MAX_SECRET_BYTES = 64 * 1024
export const CREDENTIAL = 'credential:'

type FileKey = 'username_file' | 'password_file' | 'ca_file' | 'cert_file' | 'key_file'

/**
 * How to reach the broker, with secrets and certificates read from their files now.
 *
 * @param env where `credential:NAME` finds systemd's $CREDENTIALS_DIRECTORY
 * @throws {ConfigError} CONFIG_NOT_FOUND, CONFIG_INVALID_VALUE
 */
export function brokerOptions(
  config: Config,
  env: NodeJS.ProcessEnv = process.env,
): Omit<LinkOptions, 'will'> {
  const { mqtt } = config
  const file = (key: FileKey): string | undefined =>
    mqtt[key] === '' ? undefined : readSecret(`mqtt.${key}`, pathOf(`mqtt.${key}`, mqtt[key], env))
  const username = file('username_file')?.replace(/\r?\n$/, '') ?? mqtt.username
  const password = file('password_file')?.replace(/\r?\n$/, '') ?? mqtt.password
  return {
    ...brokerAddress(config),
    username: username === '' ? undefined : username,
    password: password === '' ? undefined : password,
    tls: { ca: file('ca_file'), cert: file('cert_file'), key: file('key_file') },
  }
}

/** How to reach the broker, as far as no file says it. */
export function brokerAddress({ device, mqtt }: Config): Omit<LinkOptions, 'will'> {
  return {
    url: mqtt.url,
    protocol: mqtt.protocol,
    clientId: mqtt.client_id === '' ? `affectd-${device.id}` : mqtt.client_id,
    keepaliveS: mqtt.keepalive_s,
    sessionExpiryS: mqtt.session_expiry_s,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  }
}

/** `credential:NAME` stands for the file in which systemd hands the service a secret. */
function pathOf(key: string, value: string, env: NodeJS.ProcessEnv): string {
  if (!value.startsWith(CREDENTIAL)) return value
  const name = value.slice(CREDENTIAL.length)
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name)) {
    throw new ConfigError(
      'CONFIG_INVALID_VALUE',
      `${key}: ${value} names no credential: after ${CREDENTIAL} belong letters, digits, dots, - and _`,
    )
  }
  const folder = env['CREDENTIALS_DIRECTORY']
  if (folder === undefined || folder === '') {
    throw new ConfigError(
      'CONFIG_NOT_FOUND',
      `${key}: ${value} is a credential of systemd, which gave none: add LoadCredential=${name}:PATH to the service`,
    )
  }
  return join(folder, name)
}

function readSecret(key: string, path: string): string {
  const text = readSettingFile(key, path)
  if (text.trim() === '' || text.length > MAX_SECRET_BYTES) {
    throw new ConfigError(
      'CONFIG_INVALID_VALUE',
      `${key}: ${path} holds ${text.length} characters, allowed: 1 to ${MAX_SECRET_BYTES}`,
    )
  }
  return text
}
