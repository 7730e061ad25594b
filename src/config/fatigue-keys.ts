import { DEFAULT_FATIGUE_PARAMS, type FatigueParams } from '../affect/fatigue/fatigue-params.js'
import { integerBetween, numberBetween, oneOf, textLike } from './format.js'
import { tunable, type ConfigOf, type SchemaTree } from './key-spec.js'

/** The vocal fatigue indicator (experimental): how it listens, compares and triggers. Defaults are its own. */
export const FATIGUE_KEYS = {
  mode: tunable(
    'Vocal fatigue indicator (experimental): on learns how a voice usually speaks and says how far it is from that, at live microphones only; off does neither.',
    oneOf('on', 'off'),
    DEFAULT_FATIGUE_PARAMS.mode,
  ),
  profile: tunable(
    'Whose baseline is used, such as a driver or a shift: each name has its own.',
    textLike('1 to 64 of a-z 0-9 _ -', /^[a-z0-9_-]{1,64}$/, 64),
    DEFAULT_FATIGUE_PARAMS.profile,
  ),
  min_speech_s: tunable(
    'Speech in a block, the unit that is measured and compared.',
    numberBetween(30, 600, 's'),
    DEFAULT_FATIGUE_PARAMS.minSpeechS,
  ),
  min_snr_db: tunable(
    'Speech less above the background is not measured.',
    numberBetween(-20, 60, 'dB'),
    DEFAULT_FATIGUE_PARAMS.minSnrDb,
  ),
  max_pause_s: tunable(
    'A longer silence between windows is the end of a turn, not a pause.',
    numberBetween(0.5, 30, 's'),
    DEFAULT_FATIGUE_PARAMS.maxPauseS,
  ),
  session_gap_min: tunable(
    'After so long without speech a new session begins, and what the last one showed no longer counts.',
    numberBetween(1, 1440, 'min'),
    DEFAULT_FATIGUE_PARAMS.sessionGapMin,
  ),
  min_sessions: tunable(
    'Sessions that a baseline needs before it is compared with.',
    integerBetween(1, 100),
    DEFAULT_FATIGUE_PARAMS.minSessions,
  ),
  min_baseline_min: tunable(
    'Speech that a baseline needs before it is compared with.',
    numberBetween(1, 600, 'min'),
    DEFAULT_FATIGUE_PARAMS.minBaselineMin,
  ),
  min_stratum_blocks: tunable(
    'Blocks that a stratum of time of day and noise needs before it is used by itself; below, a coarser one is.',
    integerBetween(3, 48),
    DEFAULT_FATIGUE_PARAMS.minStratumBlocks,
  ),
  other_voice_st: tunable(
    'A block whose pitch is further from the baseline’s is of another voice: neither compared nor learnt.',
    numberBetween(1, 48, 'semitones'),
    DEFAULT_FATIGUE_PARAMS.otherVoiceSt,
  ),
  ema_half_life_s: tunable(
    'After so much speech, half of the smoothed z is newer.',
    numberBetween(30, 7200, 's'),
    DEFAULT_FATIGUE_PARAMS.emaHalfLifeS,
  ),
  cusum_k: tunable(
    'What a block may deviate without adding up, in robust standard deviations.',
    numberBetween(0, 3),
    DEFAULT_FATIGUE_PARAMS.cusumK,
  ),
  cusum_h: tunable(
    'Sum of what goes beyond fatigue.cusum_k at which the indicator is raised, a minute of speech counting once.',
    numberBetween(0.1, 100),
    DEFAULT_FATIGUE_PARAMS.cusumH,
  ),
} satisfies SchemaTree

/** The indicator's parameters from their keys. */
export function fatigueParamsOf(fatigue: ConfigOf<typeof FATIGUE_KEYS>): FatigueParams {
  return Object.freeze({
    mode: fatigue.mode,
    profile: fatigue.profile,
    minSpeechS: fatigue.min_speech_s,
    minSnrDb: fatigue.min_snr_db,
    maxPauseS: fatigue.max_pause_s,
    sessionGapMin: fatigue.session_gap_min,
    minSessions: fatigue.min_sessions,
    minBaselineMin: fatigue.min_baseline_min,
    minStratumBlocks: fatigue.min_stratum_blocks,
    otherVoiceSt: fatigue.other_voice_st,
    emaHalfLifeS: fatigue.ema_half_life_s,
    cusumK: fatigue.cusum_k,
    cusumH: fatigue.cusum_h,
  })
}
