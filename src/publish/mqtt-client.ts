import mqtt from 'mqtt'
import type { IPublishPacket, MqttClient, Packet } from 'mqtt'
import { AffectdError, ConfigError } from '../errors.js'
import { downCause, refusedWithoutWord } from './down-cause.js'
import { foreignText } from './foreign-text.js'
import type { DownCause, Link, LinkEvents, LinkLimits, LinkOptions, Refusal } from './link.js'
import { credentialsOf, MAXIMUM_PACKET_BYTES, mqttClientOptions } from './mqtt-client-options.js'
import { PacketGuard } from './packet-guard.js'
import type { Publication } from './publisher.js'

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
  readonly #events: LinkEvents
  readonly #secrets: readonly (string | undefined)[]
  readonly #guard = new PacketGuard(MAXIMUM_PACKET_BYTES)
  #wasUp = false
  #isOver = false
  /** What the broker said when it refused or ended the connection. */
  #reason: string | undefined

  constructor(options: LinkOptions, events: LinkEvents) {
    this.#isMqtt5 = options.protocol === '5'
    this.#events = events
    const { username, password } = credentialsOf(options)
    // A token may be given as the name of a user, too.
    this.#secrets = [password, username]
    this.#client = connect(options)
    this.#client.on('connect', (connack) => {
      if (this.#isOver) return
      this.#wasUp = true
      events.onUp(limitsOf(connack.properties, options.keepaliveS))
    })
    this.#client.on('packetreceive', (packet) => this.#received(packet))
    this.#client.on('error', (error) => this.#failed(error))
    this.#client.on('disconnect', (packet) => this.#down(downCause({ code: packet.reasonCode, message: '' })))
    this.#client.on('close', () => {
      this.#down(
        this.#wasUp
          ? { code: 'PUBLISH_UNREACHABLE', text: 'connection lost' }
          : refusedWithoutWord(undefined),
      )
    })
    this.#client.handleMessage = (packet, done) => this.#handle(packet, done)
    const { stream } = this.#client
    stream.on('data', (bytes: Uint8Array) => {
      if (!this.#guard.isAllowed(bytes.length)) this.#down(TOO_LARGE)
    })
    // mqtt.js passes over an error without a code, such as a WebSocket server's word that there is no such path.
    stream.on('error', (error: Error) => {
      if (!('code' in error) && !this.#wasUp) this.#down(refusedWithoutWord(error.message))
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
      (error, packet) => this.#answer(error ?? null, packet, onDone),
    )
  }

  subscribe(
    filters: readonly string[],
    wantsRetained: boolean,
    onDone: (refusal: Refusal | null) => void,
  ): void {
    this.#client.subscribe([...filters], { qos: 1, rh: wantsRetained ? 0 : 2 }, (error, _granted, packet) =>
      this.#answer(subscribeError(error), packet, onDone),
    )
  }

  unsubscribe(filters: readonly string[]): void {
    this.#client.unsubscribe([...filters], () => undefined)
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

  /**
   * One message in a turn of the event loop, so that a flood of them leaves time for audio; acknowledged before it is
   * acted upon, so that one that ends the process does not come back to end the next.
   */
  #handle(packet: IPublishPacket, done: () => void): void {
    setImmediate(() => {
      if (this.#isOver) return
      done()
      this.#events.onMessage({
        topic: packet.topic,
        payload: Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload),
        retain: packet.retain,
        duplicate: packet.dup,
        responseTopic: packet.properties?.responseTopic,
        correlationData: packet.properties?.correlationData,
      })
    })
  }

  #received(packet: Packet): void {
    if (this.#isOver) return
    this.#guard.packet()
    this.#events.onHeard?.()
    if (packet.cmd === 'connack' || packet.cmd === 'disconnect')
      this.#reason = packet.properties?.reasonString
    // mqtt.js would keep it until the broker releases it, and a broker need not.
    if (packet.cmd === 'publish' && packet.qos === 2) this.#down(QOS_2)
  }

  #failed(error: Error): void {
    const code: unknown = 'code' in error ? error.code : undefined
    const isHangUp = code === 'ECONNRESET' || code === 'EPIPE'
    this.#down(isHangUp && !this.#wasUp ? refusedWithoutWord(undefined) : downCause(error))
  }

  #down(cause: DownCause): void {
    if (this.#isOver) return
    this.destroy()
    const detail = this.#reason ?? cause.detail
    const { code, text } = cause
    this.#events.onDown({ code, text, ...(detail !== undefined && { detail: this.#clean(detail) }) })
  }

  #answer(error: Error | null, packet: Packet | undefined, onDone: (refusal: Refusal | null) => void): void {
    if (error === null) return onDone(null)
    const reasonCode: unknown = 'code' in error ? error.code : undefined
    // An error without a reason code is mqtt.js saying that the connection went: `onDown` tells that.
    if (this.#isOver || typeof reasonCode !== 'number') return
    const said = packet !== undefined && 'properties' in packet ? packet.properties : undefined
    const detail = said !== undefined && 'reasonString' in said ? said.reasonString : undefined
    onDone({ reasonCode, text: error.message, ...(detail !== undefined && { detail: this.#clean(detail) }) })
  }

  #clean(text: string): string {
    return foreignText(text, this.#secrets)
  }
}

const TOO_LARGE: DownCause = {
  code: 'PUBLISH_REFUSED',
  text: `the broker sends more than ${MAXIMUM_PACKET_BYTES / 1024} KiB at once: is a retained message too large?`,
}

const QOS_2: DownCause = {
  code: 'PUBLISH_UNREACHABLE',
  text: 'the broker sends at QoS 2 what was subscribed at QoS 1',
}

function connect(options: LinkOptions): MqttClient {
  try {
    return mqtt.connect(mqttClientOptions(options))
  } catch (cause) {
    // Node reads certificates and keys when the connection is made, and throws what OpenSSL says of them.
    if (options.tls === undefined || cause instanceof AffectdError) throw cause
    const why = (cause as Error).message
    throw new ConfigError(
      'CONFIG_MQTT_TLS',
      `the TLS certificates or key for the broker cannot be used: ${why}`,
      { cause },
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

interface ConnackProperties {
  readonly receiveMaximum?: number
  readonly maximumPacketSize?: number
  readonly retainAvailable?: boolean
  readonly serverKeepAlive?: number
}

function limitsOf(properties: ConnackProperties | undefined, keepaliveS: number): LinkLimits {
  return {
    receiveMaximum: properties?.receiveMaximum ?? 65_535,
    maximumPacketBytes: properties?.maximumPacketSize ?? Infinity,
    retainAvailable: properties?.retainAvailable ?? true,
    // mqtt.js takes 0, which would be no keepalive at all, for nothing said.
    keepaliveS: properties?.serverKeepAlive || keepaliveS,
  }
}
