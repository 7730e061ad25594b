import { DEFAULT_ADAPTATION_PARAMS } from '../affect/adaptation-params.js'
import { DEFAULT_AFFECT_PARAMS } from '../affect/affect-params.js'
import { integerBetween, numberBetween, oneOf } from './format.js'
import { hotTunable, tunable, type SchemaTree } from './key-spec.js'

/** From what the agent learns how a voice usually sounds. Defaults are the stage's own. */
export const ADAPTATION_KEYS = {
  mode: tunable(
    'Speech that the usual voice is learnt from: off (every decision is cold), neutral (what the agent itself judged neutral or calm) or all.',
    oneOf('off', 'neutral', 'all'),
    DEFAULT_ADAPTATION_PARAMS.mode,
  ),
  sources: tunable(
    'Where a voice is learnt: live (at a microphone only; a file or stdin is judged as analyze does, the same every time) or all.',
    oneOf('live', 'all'),
    'live',
  ),
  min_probability: tunable(
    'Probability of neutral and calm together from which on a window counts as neutral.',
    numberBetween(0, 1),
    DEFAULT_ADAPTATION_PARAMS.minProbability,
  ),
  max_speech_s: tunable(
    'Most speech that counts for the usual voice; beyond it, what is older weighs less and less.',
    numberBetween(1, 3600, 's'),
    DEFAULT_ADAPTATION_PARAMS.maxSpeechS,
  ),
} satisfies SchemaTree

/**
 * When a decision should not be acted on, how fast the present state follows, and what is learnt of the voice.
 * Defaults are the stage's own.
 */
export const AFFECT_KEYS = {
  min_speech_ms: hotTunable(
    'A decision on less speech is marked too_little_speech.',
    integerBetween(0, 15_000, 'ms'),
    DEFAULT_AFFECT_PARAMS.minSpeechMs,
  ),
  min_snr_db: hotTunable(
    'A decision on speech less above the background is marked low_snr.',
    numberBetween(-20, 60, 'dB'),
    DEFAULT_AFFECT_PARAMS.minSnrDb,
  ),
  min_confidence: hotTunable(
    'A less certain decision is marked low_confidence.',
    numberBetween(0, 1),
    DEFAULT_AFFECT_PARAMS.minConfidence,
  ),
  smoothing: tunable(
    'How decisions make the present state: exponential (an average over time) or hmm (a sticky hidden Markov model: it waits for more evidence, then changes at once and says where the change began).',
    oneOf('exponential', 'hmm'),
    DEFAULT_AFFECT_PARAMS.smoothing,
  ),
  smoothing_half_life_s: hotTunable(
    'Exponential smoothing: after so much speech, half of what the present state rests on is newer.',
    numberBetween(0.1, 3600, 's'),
    DEFAULT_AFFECT_PARAMS.smoothingHalfLifeS,
  ),
  forgetting_half_life_s: hotTunable(
    'After so much silence, half of what the present state rested on is forgotten.',
    numberBetween(1, 86_400, 's'),
    DEFAULT_AFFECT_PARAMS.forgettingHalfLifeS,
  ),
  dwell_s: hotTunable(
    'Hidden Markov model: how much speech a state lasts on average.',
    numberBetween(1, 3600, 's'),
    DEFAULT_AFFECT_PARAMS.dwellS,
  ),
  adaptation: ADAPTATION_KEYS,
} satisfies SchemaTree
