import mqtt from 'mqtt'
import type { IClientOptions, MqttClient } from 'mqtt'
import { AffectdError, ConfigError } from '../errors.js'
import { parseBrokerUrl } from './broker-url.js'
import { downCause, REFUSED_WITHOUT_WORD } from './down-cause.js'
import type { DownCause, Link, LinkEvents, LinkLimits, LinkOptions, Refusal } from './link.js'
import type { Publication } from './publisher.js'

/** Largest packet we let a broker send us (MQTT 5): a request and its topic, with room. */
const MAXIMUM_PACKET_BYTES = 256 * 1024

/**
 * One connection through mqtt.js, with all of mqtt.js's own reconnecting switched off: after a keepalive timeout it
 * can latch and never connect again, so every attempt gets a client of its own.
 *
 * @throws {ConfigError} CONFIG_BROKER_URL, CONFIG_MQTT_TLS
 */
export function openMqttLink(options: LinkOptions, events: LinkEvents): Link {
  return new MqttLink(options, events)
}

class MqttLink implements Link {
  readonly #client: MqttClient
  readonly #isMqtt5: boolean
  #wasUp = false
  #isOver = false

  constructor(options: LinkOptions, events: LinkEvents) {
    this.#isMqtt5 = options.protocol === '5'
    this.#client = connect(options)
    const down = (cause: DownCause): void => {
      if (this.#isOver) return
      this.destroy()
      events.onDown(cause)
    }
    this.#client.on('connect', (connack) => {
      if (this.#isOver) return
      this.#wasUp = true
      events.onUp(limitsOf(connack.properties))
    })
    this.#client.on('error', (error) => {
      const code: unknown = 'code' in error ? error.code : undefined
      const isHangUp = code === 'ECONNRESET' || code === 'EPIPE'
      down(isHangUp && !this.#wasUp ? REFUSED_WITHOUT_WORD : downCause(error))
    })
    this.#client.on('disconnect', (packet) => down(downCause({ code: packet.reasonCode, message: '' })))
    this.#client.on('close', () => {
      down(this.#wasUp ? { code: 'PUBLISH_UNREACHABLE', text: 'connection lost' } : REFUSED_WITHOUT_WORD)
    })
    this.#client.on('message', (topic, payload, packet) => {
      if (this.#isOver) return
      events.onMessage({
        topic,
        payload,
        retain: packet.retain,
        responseTopic: packet.properties?.responseTopic,
        correlationData: packet.properties?.correlationData,
      })
    })
  }

  publish(
    message: Publication,
    correlationData: Uint8Array | undefined,
    onDone: (refusal: Refusal | null) => void,
  ): void {
    const properties =
      this.#isMqtt5 && correlationData !== undefined
        ? { correlationData: Buffer.from(correlationData) }
        : undefined
    this.#client.publish(
      message.topic,
      message.payload,
      { qos: message.qos, retain: message.retain, ...(properties && { properties }) },
      (error) => this.#answer(error ?? null, onDone),
    )
  }

  subscribe(
    filters: readonly string[],
    wantsRetained: boolean,
    onDone: (refusal: Refusal | null) => void,
  ): void {
    this.#client.subscribe([...filters], { qos: 1, rh: wantsRetained ? 0 : 2 }, (error) =>
      this.#answer(subscribeError(error), onDone),
    )
  }

  end(): Promise<void> {
    this.#isOver = true
    return new Promise((resolve) => {
      this.#client.end(false, () => resolve())
    })
  }

  destroy(): void {
    this.#isOver = true
    this.#client.end(true)
    // A client that is already ending ignores a forced end.
    this.#client.stream.destroy()
  }

  #answer(error: Error | null, onDone: (refusal: Refusal | null) => void): void {
    if (error === null) return onDone(null)
    const reasonCode: unknown = 'code' in error ? error.code : undefined
    // An error without a reason code is mqtt.js saying that the connection went: `onDown` tells that.
    if (this.#isOver || typeof reasonCode !== 'number') return
    onDone({ reasonCode, text: error.message })
  }
}

function connect(options: LinkOptions): MqttClient {
  try {
    return mqtt.connect(clientOptions(options))
  } catch (cause) {
    // Node reads certificates and keys when the connection is made, and throws what OpenSSL says of them.
    if (options.tls === undefined || cause instanceof AffectdError) throw cause
    const why = (cause as Error).message
    throw new ConfigError(
      'CONFIG_MQTT_TLS',
      `the TLS certificates or key for the broker cannot be used: ${why}`,
      {
        cause,
      },
    )
  }
}

/** mqtt.js wraps what the broker answered: the reason codes are in the SUBACK that it hangs on the error. */
function subscribeError(error: Error | null): Error | null {
  if (error === null || !('packet' in error)) return error
  const { granted } = (error.packet ?? {}) as { granted?: readonly number[] }
  const code = granted?.find((reasonCode) => reasonCode >= 0x80)
  return code === undefined ? error : Object.assign(error, { code })
}

function clientOptions(options: LinkOptions): IClientOptions {
  const address = parseBrokerUrl(options.url)
  const username = given(options.username) ?? address.username
  // The URL's password belongs to the URL's user.
  const ownPassword = username === address.username ? address.password : undefined
  const password = given(options.password) ?? ownPassword
  const tls = options.tls
  return {
    protocol: address.scheme,
    host: address.host,
    hostname: address.host,
    port: address.port,
    ...(address.path !== '' && { path: address.path }),
    protocolVersion: options.protocol === '5' ? 5 : 4,
    clientId: options.clientId,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls?.ca !== undefined && { ca: pem(tls.ca) }),
    ...(tls?.cert !== undefined && { cert: pem(tls.cert) }),
    ...(tls?.key !== undefined && { key: pem(tls.key) }),
    ...(options.will !== undefined && { will: willOf(options.will) }),
    ...(options.protocol === '5' && { properties: { maximumPacketSize: MAXIMUM_PACKET_BYTES } }),
    keepalive: options.keepaliveS,
    connectTimeout: options.connectTimeoutMs,
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
  }
}

/** An empty setting is one that was not made. */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

function pem(material: string | Uint8Array): string | Buffer {
  return typeof material === 'string' ? material : Buffer.from(material)
}

function willOf(message: Publication): NonNullable<IClientOptions['will']> {
  return {
    topic: message.topic,
    payload: Buffer.from(message.payload),
    qos: message.qos,
    retain: message.retain,
  }
}

interface ConnackProperties {
  readonly receiveMaximum?: number
  readonly maximumPacketSize?: number
  readonly retainAvailable?: boolean
}

function limitsOf(properties: ConnackProperties | undefined): LinkLimits {
  return {
    receiveMaximum: properties?.receiveMaximum ?? 65_535,
    maximumPacketBytes: properties?.maximumPacketSize ?? Infinity,
    retainAvailable: properties?.retainAvailable ?? true,
  }
}
