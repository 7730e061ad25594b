import { parseBrokerUrl } from './broker-url.js'
import type { LinkOptions } from './link.js'
import type { Publication } from './publisher.js'

/** Largest packet we let a broker send us: a request or a configuration and its topic, with room. */
export const MAXIMUM_PACKET_BYTES = 256 * 1024
/** Messages at QoS 1 that the broker may have on the way to us at once: what it kept for us comes in small helpings. */
export const RECEIVE_MAXIMUM = 16
/** A WebSocket message may hold several packets, or parts of them. */
const MAXIMUM_WEBSOCKET_BYTES = MAXIMUM_PACKET_BYTES + 64 * 1024

/**
 * What mqtt.js is told for one connection. All of its own reconnecting, resubscribing and queueing is off.
 *
 * @throws {ConfigError} CONFIG_BROKER_URL
 */
export function mqttClientOptions(options: LinkOptions) {
  const address = parseBrokerUrl(options.url)
  const { username, password } = credentialsOf(options)
  const isMqtt5 = options.protocol === '5'
  const sessionExpiryInterval = isMqtt5 ? (options.sessionExpiryS ?? 0) : 0
  // With a certificate and its key mqtt.js would speak TLS where the URL says that none is spoken.
  const tls = address.isSecure ? options.tls : undefined
  return {
    protocol: address.scheme,
    host: address.host,
    hostname: address.host,
    port: address.port,
    ...(address.path !== '' && {
      path: address.path,
      wsOptions: { perMessageDeflate: false, maxPayload: MAXIMUM_WEBSOCKET_BYTES },
    }),
    protocolVersion: isMqtt5 ? (5 as const) : (4 as const),
    clientId: options.clientId,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls?.ca !== undefined && { ca: pem(tls.ca) }),
    ...(tls?.cert !== undefined && { cert: pem(tls.cert) }),
    ...(tls?.key !== undefined && { key: pem(tls.key) }),
    ...(options.will !== undefined && { will: willOf(options.will) }),
    ...(isMqtt5 && {
      properties: {
        maximumPacketSize: MAXIMUM_PACKET_BYTES,
        receiveMaximum: RECEIVE_MAXIMUM,
        sessionExpiryInterval,
      },
    }),
    keepalive: options.keepaliveS,
    connectTimeout: options.connectTimeoutMs,
    clean: sessionExpiryInterval === 0,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
  }
}

/** Who asks: what the options say goes before what the URL says. */
export function credentialsOf(options: LinkOptions): {
  username: string | undefined
  password: string | undefined
} {
  const address = parseBrokerUrl(options.url)
  const username = given(options.username) ?? address.username
  // The URL's password belongs to the URL's user.
  const ownPassword = username === address.username ? address.password : undefined
  return { username, password: given(options.password) ?? ownPassword }
}

/** An empty setting is one that was not made. */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

function pem(material: string | Uint8Array): string | Buffer {
  return typeof material === 'string' ? material : Buffer.from(material)
}

function willOf(message: Publication) {
  return {
    topic: message.topic,
    payload: Buffer.from(message.payload),
    qos: message.qos,
    retain: message.retain,
  }
}
