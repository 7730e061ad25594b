/** One component of a device's discovery, under the keys of Home Assistant's MQTT integration, none abbreviated. */
export interface Entity {
  readonly platform: 'sensor' | 'binary_sensor' | 'event' | 'switch'
  /** Short: Home Assistant puts the device's name before it. */
  readonly name: string
  readonly state_topic: string
  readonly value_template: string
  readonly [key: string]: unknown
}

/** Entities by their key, which ends their unique id and so never changes. */
export type Entities = Readonly<Record<string, Entity>>
