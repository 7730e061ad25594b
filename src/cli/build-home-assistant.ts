import type { AlertRule } from '../affect/alerts/alert-rule.js'
import type { Config } from '../config/config.js'
import type { Clock } from '../ops/clock.js'
import { discoveryMessage } from '../publish/home-assistant/discovery-message.js'
import { HomeAssistant } from '../publish/home-assistant/home-assistant.js'
import { lets } from '../publish/privacy-modes.js'
import type { Message, Publisher } from '../publish/publisher.js'
import type { Topics } from '../publish/topics.js'
import { packageVersion } from './version.js'

export interface HomeAssistantDeps {
  readonly topics: Topics
  readonly publisher: Pick<Publisher, 'publish' | 'subscribe'>
  readonly clock: Clock
  readonly modelId: () => string
  readonly labels: readonly string[]
  readonly rules: readonly AlertRule[]
}

/** The device in Home Assistant, and how it is told of a change. */
export interface HomeAssistantPart {
  start(): void
  stop(): void
  repeat(): void
  update(healthIntervalS: number): void
  /** The model is another. */
  refresh(): void
}

export function buildHomeAssistant(
  { device, health, privacy, publish }: Config,
  { topics, publisher, clock, modelId, labels, rules }: HomeAssistantDeps,
): HomeAssistantPart {
  const discovery = (healthIntervalS: number): Message =>
    discoveryMessage(topics, publish.home_assistant_prefix, {
      deviceId: device.id,
      modelId: modelId(),
      version: packageVersion(),
      labels,
      alertKinds: rules.map(({ kind }) => kind),
      tells: { emotion: lets(privacy.mode, 'emotion'), state: lets(privacy.mode, 'state') },
      healthIntervalS,
    })
  let intervalS = health.interval_s
  const homeAssistant = new HomeAssistant({
    publisher,
    discovery: discovery(intervalS),
    prefix: publish.home_assistant_prefix,
    isOn: publish.home_assistant,
    clock,
    random: Math.random,
  })
  return {
    start: () => homeAssistant.start(),
    stop: () => homeAssistant.stop(),
    repeat: () => homeAssistant.repeat(),
    update(healthIntervalS) {
      intervalS = healthIntervalS
      this.refresh()
    },
    refresh: () => homeAssistant.update(discovery(intervalS)),
  }
}
