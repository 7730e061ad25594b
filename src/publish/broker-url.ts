import { ConfigError } from '../errors.js'

const DEFAULT_PORTS = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const

export type BrokerScheme = keyof typeof DEFAULT_PORTS

/** Where a broker is and who asks, taken apart. */
export interface BrokerAddress {
  readonly scheme: BrokerScheme
  /** Over TLS. */
  readonly isSecure: boolean
  readonly host: string
  readonly port: number
  /** Path and query of a WebSocket broker, else empty. */
  readonly path: string
  readonly username: string | undefined
  readonly password: string | undefined
  /** The URL without its credentials, fit for logs. */
  readonly shown: string
}

/**
 * @param url `mqtt://`, `mqtts://`, `ws://` or `wss://`, host, optionally port and credentials
 * @throws {ConfigError} CONFIG_BROKER_URL; the message never holds credentials
 */
export function parseBrokerUrl(url: string): BrokerAddress {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    throw refusal('it is not a URL')
  }
  const scheme = parsed.protocol.slice(0, -1)
  if (!isScheme(scheme)) throw refusal(`its scheme is ${scheme}`)
  if (parsed.hostname === '') throw refusal('it names no host')
  if (parsed.port === '0') throw refusal('port 0 is none')
  const isWebSocket = scheme === 'ws' || scheme === 'wss'
  if (!isWebSocket && !['', '/'].includes(parsed.pathname)) throw refusal('only WebSocket URLs have a path')
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = parsed.port === '' ? DEFAULT_PORTS[scheme] : Number(parsed.port)
  const path = isWebSocket ? parsed.pathname + parsed.search : ''
  return {
    scheme,
    isSecure: scheme === 'mqtts' || scheme === 'wss',
    host,
    port,
    path,
    username: decode(parsed.username),
    password: decode(parsed.password),
    shown: `${scheme}://${parsed.hostname}:${port}${isWebSocket ? parsed.pathname : ''}`,
  }
}

function isScheme(scheme: string): scheme is BrokerScheme {
  return Object.hasOwn(DEFAULT_PORTS, scheme)
}

function decode(part: string): string | undefined {
  if (part === '') return undefined
  try {
    return decodeURIComponent(part)
  } catch {
    throw refusal('its user name or password is not percent-encoded properly')
  }
}

function refusal(why: string): ConfigError {
  return new ConfigError(
    'CONFIG_BROKER_URL',
    `the broker's URL cannot be used: ${why}. Expected mqtt://HOST[:PORT], or mqtts://, ws://, wss://`,
  )
}
