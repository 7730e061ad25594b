/*
 * What Home Assistant's MQTT integration takes, by the schemas in its sources (homeassistant/components/mqtt/schemas.py,
 * sensor.py, binary_sensor.py, event.py, switch.py, config.py; read at versions between 2024.11 and 2026). Only keys
 * that all of them have: `object_id`, which was later replaced by `default_entity_id`, is in neither list, and no
 * abbreviation is. Home Assistant drops unknown keys of a component in silence, and refuses a whole device for one
 * elsewhere.
 */

export const TOP_KEYS = {
  required: ['device', 'origin', 'components'],
  optional: [
    'availability',
    'availability_mode',
    'availability_template',
    'availability_topic',
    'command_topic',
    'encoding',
    'payload_available',
    'payload_not_available',
    'qos',
    'state_topic',
  ],
} as const

export const DEVICE_KEYS: readonly string[] = [
  'configuration_url',
  'connections',
  'hw_version',
  'identifiers',
  'manufacturer',
  'model',
  'model_id',
  'name',
  'serial_number',
  'suggested_area',
  'sw_version',
  'via_device',
]

export const ORIGIN_KEYS: readonly string[] = ['name', 'sw_version', 'support_url']

export const AVAILABILITY_KEYS: readonly string[] = [
  'payload_available',
  'payload_not_available',
  'topic',
  'value_template',
]

const COMMON = [
  'availability',
  'availability_mode',
  'availability_template',
  'availability_topic',
  'enabled_by_default',
  'encoding',
  'entity_category',
  'icon',
  'json_attributes_template',
  'json_attributes_topic',
  'name',
  'payload_available',
  'payload_not_available',
  'platform',
  'qos',
  'state_topic',
  'unique_id',
  'value_template',
]

export const COMPONENT_KEYS: Readonly<Record<string, readonly string[]>> = {
  sensor: [
    ...COMMON,
    'device_class',
    'expire_after',
    'force_update',
    'last_reset_value_template',
    'options',
    'state_class',
    'suggested_display_precision',
    'unit_of_measurement',
  ],
  binary_sensor: [
    ...COMMON,
    'device_class',
    'expire_after',
    'force_update',
    'off_delay',
    'payload_off',
    'payload_on',
  ],
  event: [...COMMON, 'device_class', 'event_types'],
  switch: [
    ...COMMON,
    'command_template',
    'command_topic',
    'device_class',
    'optimistic',
    'payload_off',
    'payload_on',
    'retain',
    'state_off',
    'state_on',
  ],
}

/** Of those device classes that are used here; Home Assistant refuses a unit that is not of the class. */
export const SENSOR_CLASS_UNITS: Readonly<Record<string, readonly (string | undefined)[]>> = {
  enum: [undefined],
  data_size: ['bit', 'kbit', 'Mbit', 'Gbit', 'B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'],
  duration: ['d', 'h', 'min', 's', 'ms', 'μs'],
}
export const BINARY_SENSOR_CLASSES: readonly string[] = ['problem', 'sound', 'connectivity', 'running']
export const STATE_CLASSES: readonly string[] = ['measurement', 'total', 'total_increasing']
