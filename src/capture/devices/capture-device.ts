/** A way by which audio can be had of a device. */
export type CaptureBackend = 'alsa' | 'portaudio'

/** Something that audio can be captured from. */
export interface CaptureDevice {
  /**
   * What a configuration should hold, since it survives a reboot and other cards being plugged: for a sound card
   * `plughw:CARD=<id>,DEV=<n>`, for what ALSA's configuration defines its name (`default`, `pulse`, `testmic`).
   */
  readonly name: string
  /** As ALSA or PortAudio put it, on one line. */
  readonly description: string
  /** ALSA's id of the sound card; two of one kind are told apart by the order in which they were found. */
  readonly cardId: string | null
  /** Index of the card and of the device on it, which may change with every boot. */
  readonly cardIndex: number | null
  readonly deviceIndex: number | null
  /** USB controller and port, as the kernel names them: `usb-0000:01:00.0-1.4`. Stays with the socket. */
  readonly usbPath: string | null
  readonly backends: readonly CaptureBackend[]
  /** What PortAudio calls it, where it knows it. */
  readonly portaudioName: string | null
  /** Rates that it is known to run at, rising; null: not known. ALSA's `plughw` and plugins convert others. */
  readonly ratesHz: readonly number[] | null
  /** True if it runs at any rate between the least and the greatest of `ratesHz`. */
  readonly isRateContinuous: boolean
  /** Counts of channels that it is known to offer, rising; null: not known. */
  readonly channels: readonly number[] | null
  /** True for the one device that is taken where none is named. */
  readonly isDefault: boolean
}
