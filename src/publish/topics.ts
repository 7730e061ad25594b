import { ConfigError } from '../errors.js'

const DEFAULT_PREFIX = 'affectd'

/** Every topic of one device. Frozen by contract tests: other systems are built on these names. */
export interface Topics {
  /** `<prefix>/<device id>` */
  readonly base: string
  readonly status: string
  readonly info: string
  readonly emotion: string
  readonly state: string
  readonly listening: string
  readonly health: string
  /** Of one rule. */
  alert(kind: string): string
  readonly summary: string
  /** Written by the operator. */
  readonly configDesired: string
  readonly configReported: string
  /** Written by the operator, for all devices of a group. */
  groupConfigDesired(group: string): string
  /** Filter that catches every request. */
  readonly requests: string
  response(verb: string): string
  /** The verb of a request's topic (`config/get`), or undefined if the topic is no request of this device. */
  verbOf(topic: string): string | undefined
}

/** Of a device or a group. */
export const TOPIC_NAME = /^[A-Za-z0-9_-]{1,64}$/
/** Stands where device ids stand, and is none. */
export const GROUPS_LEVEL = '_group'
// One topic level: no wildcard, no separator, no control character.
const PREFIX_LEVEL = /^[^+#/\u0000-\u001f\u007f]+$/
const PREFIX_MAX_LENGTH = 200

/**
 * @param deviceId `[A-Za-z0-9_-]{1,64}`, so that it is one topic level, a file name and a client id alike
 * @param prefix   one topic level or more, without wildcards; not below `$`, which belongs to the broker
 * @throws {ConfigError} CONFIG_INVALID_VALUE
 */
export function createTopics(deviceId: string, prefix: string = DEFAULT_PREFIX): Topics {
  checkDeviceId(deviceId)
  checkPrefix(prefix)
  const base = `${prefix}/${deviceId}`
  const requestPrefix = `${base}/request/`
  return {
    base,
    status: `${base}/status`,
    info: `${base}/info`,
    emotion: `${base}/emotion`,
    state: `${base}/state`,
    listening: `${base}/listening`,
    health: `${base}/health`,
    alert: (kind) => `${base}/alert/${kind}`,
    summary: `${base}/summary`,
    configDesired: `${base}/config/desired`,
    configReported: `${base}/config/reported`,
    groupConfigDesired: (group) => `${prefix}/${GROUPS_LEVEL}/${group}/config/desired`,
    requests: `${requestPrefix}#`,
    response: (verb) => `${base}/response/${verb}`,
    verbOf: (topic) =>
      topic.startsWith(requestPrefix) && topic.length > requestPrefix.length
        ? topic.slice(requestPrefix.length)
        : undefined,
  }
}

/** @throws {ConfigError} CONFIG_INVALID_VALUE */
export function checkDeviceId(deviceId: string): void {
  if (!TOPIC_NAME.test(deviceId) || deviceId === GROUPS_LEVEL) {
    throw new ConfigError(
      'CONFIG_INVALID_VALUE',
      `device id ${JSON.stringify(deviceId)} is not 1 to 64 of A-Z a-z 0-9 _ -, or reserved: choose another`,
    )
  }
}

/** @throws {ConfigError} CONFIG_INVALID_VALUE */
export function checkPrefix(prefix: string): void {
  const isValid =
    prefix.length <= PREFIX_MAX_LENGTH &&
    !prefix.startsWith('$') &&
    prefix.split('/').every((level) => PREFIX_LEVEL.test(level))
  if (!isValid) {
    throw new ConfigError(
      'CONFIG_INVALID_VALUE',
      `topic prefix ${JSON.stringify(prefix)} must be topic levels parted by /, none empty, at most ` +
        `${PREFIX_MAX_LENGTH} characters, without + # or a leading $`,
    )
  }
}
