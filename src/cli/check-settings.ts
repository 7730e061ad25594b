import { parseSourceSpec, type SourceSpec } from '../capture/source-spec.js'
import type { Config } from '../config/config.js'
import type { LoadedConfig } from '../config/load-config.js'
import { ConfigError } from '../errors.js'
import { splitUrls } from '../publish/broker-addresses.js'
import { parseBrokerUrl } from '../publish/broker-url.js'
import { createTopics, type Topics } from '../publish/topics.js'

/** What the stages made of their settings. */
export interface CheckedSettings {
  readonly source: SourceSpec
  readonly topics: Topics
}

/**
 * Lets each stage judge the settings whose grammar is its own.
 *
 * @throws {ConfigError} the stage's own code, with the key and where it came from
 */
export function checkSettings({ config, origins }: LoadedConfig): CheckedSettings {
  const at = <T>(key: string, check: () => T): T => {
    try {
      return check()
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      const origin = origins.get(key)?.name ?? 'default'
      throw new ConfigError(error.code, `${key} (from ${origin}): ${error.message}`, { cause: error })
    }
  }
  at('mqtt.url', () => parseBrokerUrl(config.mqtt.url))
  at('mqtt.fallback_urls', () => splitUrls(config.mqtt.fallback_urls).forEach(parseBrokerUrl))
  return {
    source: at('capture.source', () => sourceOf(config)),
    topics: at('publish.prefix', () => createTopics(config.device.id, config.publish.prefix)),
  }
}

/** capture.source, with capture.device where it names no device itself. */
function sourceOf({ capture: { source, device } }: Config): SourceSpec {
  const spec = parseSourceSpec(source)
  if (device === '') return spec
  switch (spec.kind) {
    case 'auto':
      return { ...spec, device }
    case 'arecord':
      if (spec.pcm === undefined) return { ...spec, pcm: device }
      break
    case 'portaudio':
      if (spec.device === undefined) return { ...spec, device }
      break
    case 'file':
    case 'stdin':
      // A microphone is configured, and for once a recording is judged instead.
      return spec
  }
  throw new ConfigError(
    'CONFIG_CONFLICT',
    `${JSON.stringify(source)} names a device and so does capture.device; empty one of them`,
  )
}
