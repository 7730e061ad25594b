import type { CaptureDevice } from './capture-device.js'

/** Why devices may be missing from a list. */
export interface ListGap {
  readonly kind:
    'no_arecord' | 'no_portaudio' | 'portaudio_failed' | 'no_sound_card' | 'no_permission' | 'no_device_node'
  /** For people: what is wrong and what to do. */
  readonly text: string
}

/** What can capture here, and why that may not be all. */
export interface DeviceList {
  readonly devices: readonly CaptureDevice[]
  readonly gaps: readonly ListGap[]
}
