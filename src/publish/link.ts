import type { Publication } from './publisher.js'

export type MqttProtocol = '5' | '3.1.1'

/** TLS material: the contents of PEM files, not their paths. */
export interface TlsMaterial {
  readonly ca?: string | Uint8Array | undefined
  readonly cert?: string | Uint8Array | undefined
  readonly key?: string | Uint8Array | undefined
}

export interface LinkOptions {
  /** `mqtt://`, `mqtts://`, `ws://`, `wss://`; see `parseBrokerUrl`. */
  readonly url: string
  readonly protocol: MqttProtocol
  readonly clientId: string
  /** Credentials; they take precedence over those in the URL. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly tls?: TlsMaterial | undefined
  readonly keepaliveS: number
  /** Longest wait for the broker to accept. */
  readonly connectTimeoutMs: number
  /** What the broker says for us if the connection breaks. */
  readonly will?: Publication | undefined
}

/** What the broker allows on this connection. */
export interface LinkLimits {
  /** QoS 1 publications that may await their acknowledgement at once. */
  readonly receiveMaximum: number
  readonly maximumPacketBytes: number
  readonly retainAvailable: boolean
}

/** Why a connection could not be had or was lost. */
export interface DownCause {
  /** Refused: somebody has to mend credentials, rights or TLS. Unreachable: it may pass by itself. */
  readonly code: 'PUBLISH_REFUSED' | 'PUBLISH_UNREACHABLE'
  /** In words, without secrets. The same cause has the same words. */
  readonly text: string
}

/** A publication that the broker answered with an error (MQTT 5 only). */
export interface Refusal {
  readonly reasonCode: number
  readonly text: string
}

export interface IncomingMessage {
  readonly topic: string
  readonly payload: Uint8Array
  /** True if the broker had kept it: it was not sent now. */
  readonly retain: boolean
  readonly responseTopic: string | undefined
  readonly correlationData: Uint8Array | undefined
}

export interface LinkEvents {
  onUp(limits: LinkLimits): void
  /** Called once, whether or not the link was up; the link is dead then. Not called after `end` or `destroy`. */
  onDown(cause: DownCause): void
  onMessage(message: IncomingMessage): void
}

/** One connection to a broker, used once: it never reconnects. */
export interface Link {
  /**
   * @param onDone called when a QoS 1 message was acknowledged (null) or refused, or a QoS 0 one written; never when
   *               the link goes down first
   */
  publish(
    message: Publication,
    correlationData: Uint8Array | undefined,
    onDone: (refusal: Refusal | null) => void,
  ): void
  /**
   * @param wantsRetained whether messages that the broker keeps are to come at once (MQTT 3.1.1 always sends them)
   * @param onDone        null when all are granted
   */
  subscribe(
    filters: readonly string[],
    wantsRetained: boolean,
    onDone: (refusal: Refusal | null) => void,
  ): void
  /** Disconnects properly, so that the will is not sent. Resolves when the connection is closed. */
  end(): Promise<void>
  /** Cuts the connection at once. */
  destroy(): void
}

/**
 * Starts connecting and returns at once; the events come later, never before it has returned.
 *
 * @throws {ConfigError} if the options cannot be used at all
 */
export type OpenLink = (options: LinkOptions, events: LinkEvents) => Link
