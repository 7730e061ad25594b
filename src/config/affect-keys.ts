import { DEFAULT_AFFECT_PARAMS } from '../affect/affect-params.js'
import { integerBetween, numberBetween } from './format.js'
import { tunable, type SchemaTree } from './key-spec.js'

/** When a decision should not be acted on, and how fast the present state follows. Defaults are the stage's own. */
export const AFFECT_KEYS = {
  min_speech_ms: tunable(
    'A decision on less speech is marked too_little_speech.',
    integerBetween(0, 15_000, 'ms'),
    DEFAULT_AFFECT_PARAMS.minSpeechMs,
  ),
  min_snr_db: tunable(
    'A decision on speech less above the background is marked low_snr.',
    numberBetween(-20, 60, 'dB'),
    DEFAULT_AFFECT_PARAMS.minSnrDb,
  ),
  min_confidence: tunable(
    'A less certain decision is marked low_confidence.',
    numberBetween(0, 1),
    DEFAULT_AFFECT_PARAMS.minConfidence,
  ),
  smoothing_half_life_s: tunable(
    'After so much speech, half of what the present state rests on is newer.',
    numberBetween(0.1, 3600, 's'),
    DEFAULT_AFFECT_PARAMS.smoothingHalfLifeS,
  ),
  forgetting_half_life_s: tunable(
    'After so much silence, half of what the present state rested on is forgotten.',
    numberBetween(1, 86_400, 's'),
    DEFAULT_AFFECT_PARAMS.forgettingHalfLifeS,
  ),
} satisfies SchemaTree
