/** `mix` is the mean of all channels; a number is the index of one, from 0. */
export type ChannelChoice = 'mix' | number

/** `off` passes samples through bit for bit, `fixed` multiplies them, `auto` follows the level of the speech. */
export type GainMode = 'off' | 'fixed' | 'auto'

/** What is made of a microphone's samples before the gate sees them. */
export interface LiveParams {
  readonly channel: ChannelChoice
  readonly gainMode: GainMode
  /** Of `fixed`. */
  readonly gainDb: number
  /** The most by which `auto` amplifies. */
  readonly agcMaxGainDb: number
  /** Digital zero for so long is a fault; 0: never. */
  readonly faultAfterS: number
}

export const DEFAULT_LIVE_PARAMS: LiveParams = Object.freeze({
  channel: 'mix',
  gainMode: 'off',
  gainDb: 0,
  agcMaxGainDb: 20,
  faultAfterS: 60,
})
