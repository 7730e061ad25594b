import { DEFAULT_LIVE_PARAMS, type ChannelChoice } from '../capture/live/live-params.js'
import { integerBetween, numberBetween, oneOf, type Format } from './format.js'
import { tunable, type SchemaTree } from './key-spec.js'

const CHANNEL: Format<ChannelChoice> = oneOf('mix', 0, 1, 2, 3, 4, 5, 6, 7)

/** What is made of a microphone's samples; files and stdin are taken as they are. Defaults are the stage's own. */
export const LIVE_KEYS = {
  channel: tunable(
    'Channel of the microphone: mix, the mean of all, or the index of one, from 0.',
    CHANNEL,
    DEFAULT_LIVE_PARAMS.channel,
  ),
  gain_mode: tunable(
    'Gain of the microphone: off, fixed (by capture.gain_db) or auto (towards speech at −24 dBFS, at most capture.agc_max_gain_db).',
    oneOf('off', 'fixed', 'auto'),
    DEFAULT_LIVE_PARAMS.gainMode,
  ),
  gain_db: tunable(
    'Gain of capture.gain_mode fixed; what would exceed full scale is clipped.',
    numberBetween(-20, 40, 'dB'),
    DEFAULT_LIVE_PARAMS.gainDb,
  ),
  agc_max_gain_db: tunable(
    'The most by which capture.gain_mode auto amplifies.',
    numberBetween(0, 40, 'dB'),
    DEFAULT_LIVE_PARAMS.agcMaxGainDb,
  ),
  fault_after_s: tunable(
    'A microphone that has delivered nothing but zeros for so long is at fault; 0: zeros never are.',
    integerBetween(0, 3600, 's'),
    DEFAULT_LIVE_PARAMS.faultAfterS,
  ),
} satisfies SchemaTree
