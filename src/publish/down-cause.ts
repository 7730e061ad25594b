import type { DownCause } from './link.js'
import { tlsCause } from './tls-cause.js'

/** Reason codes of CONNACK and DISCONNECT after which somebody has to mend something. MQTT 3.1.1 has 1 to 5. */
const REFUSED: Readonly<Record<number, string>> = {
  1: 'the broker does not speak this version of MQTT: try the other protocol',
  2: 'the broker does not take this client id',
  4: 'bad user name or password',
  5: 'not authorised',
  128: 'the broker refused without a reason',
  132: 'the broker does not speak this version of MQTT: try the other protocol',
  133: 'the broker does not take this client id',
  134: 'bad user name or password',
  135: 'not authorised',
  138: 'this client is banned',
  140: 'bad authentication method',
  142: 'another client took over with the same client id: device ids must differ',
  144: 'the broker does not take the topic of the last will',
  149: 'the broker does not take packets of this size',
  154: 'the broker does not keep retained messages, and the last will is one',
  155: 'the broker does not grant QoS 1',
  157: 'the broker has moved for good, and affectd follows no referral: set mqtt.url to the new address',
}

/** Reason codes that may pass by themselves. */
const PASSING: Readonly<Record<number, string>> = {
  3: 'the broker is unavailable',
  129: 'the broker could not read a packet',
  130: 'the broker found a protocol error',
  136: 'the broker is unavailable',
  137: 'the broker is busy',
  139: 'the broker is shutting down',
  141: 'the broker heard nothing for too long',
  147: 'too many messages in flight',
  150: 'the broker finds the message rate too high',
  151: 'a quota of the broker is used up',
  152: 'closed by an administrator',
  156: 'the broker sends us to another one, and affectd follows no referral',
  159: 'the broker finds the connection rate too high',
  160: 'the longest connection time is over',
}

const SOCKET: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up now',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'no answer',
}

/** Closed where an answer was due. @param detail what else is known of it */
export function refusedWithoutWord(detail: string | undefined): DownCause {
  return {
    code: 'PUBLISH_REFUSED',
    text: 'closed before it was accepted: is TLS, a client certificate, another path or version of MQTT expected there?',
    detail,
  }
}

/**
 * What an error of the MQTT client means for whoever has to act.
 *
 * @param error `code` is an MQTT reason code (number), a code of Node or OpenSSL (string), or absent
 */
export function downCause(error: { readonly message: string; readonly code?: unknown }): DownCause {
  const { code, message } = error
  if (typeof code === 'number') {
    // Found by ourselves: the broker did not keep to what it was told on connecting.
    if (/^exceeding packets size|^Protocol error|Topic Alias/.test(message)) {
      return { code: 'PUBLISH_UNREACHABLE', text: 'the broker does not keep to MQTT', detail: message }
    }
    const refusal = REFUSED[code]
    if (refusal !== undefined) return { code: 'PUBLISH_REFUSED', text: refusal }
    return { code: 'PUBLISH_UNREACHABLE', text: PASSING[code] ?? `closed with reason code ${code}` }
  }
  if (typeof code === 'string') {
    const known = SOCKET[code]
    if (known !== undefined) return { code: 'PUBLISH_UNREACHABLE', text: known }
    const tls = tlsCause(code)
    if (tls !== undefined) return { code: 'PUBLISH_REFUSED', text: tls, detail: message }
    return { code: 'PUBLISH_UNREACHABLE', text: code, detail: message }
  }
  if (/connack timeout/i.test(message)) return { code: 'PUBLISH_UNREACHABLE', text: 'no answer' }
  if (/keepalive timeout/i.test(message))
    return { code: 'PUBLISH_UNREACHABLE', text: 'the broker fell silent' }
  // The words of a parser differ with each byte: they are no cause of their own.
  return { code: 'PUBLISH_UNREACHABLE', text: 'what comes from there is no proper MQTT', detail: message }
}
