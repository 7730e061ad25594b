import { integerBetween, numberBetween, type Format } from './format.js'
import { key, type KeySpec, type SchemaTree } from './key-spec.js'

function setting(doc: string, format: Format<number>, value: number): KeySpec<number> {
  return key({ doc, format, default: value, remote: true, restart: true })
}

/** When a decision should not be acted on, and how fast the present state follows. Defaults equal the stage's own. */
export const AFFECT_KEYS = {
  min_speech_ms: setting(
    'A decision on less speech is marked too_little_speech.',
    integerBetween(0, 15_000, 'ms'),
    500,
  ),
  min_snr_db: setting(
    'A decision on speech less above the background is marked low_snr.',
    numberBetween(-20, 60, 'dB'),
    3,
  ),
  min_confidence: setting('A less certain decision is marked low_confidence.', numberBetween(0, 1), 0.3),
  smoothing_half_life_s: setting(
    'After so much speech, half of what the present state rests on is newer.',
    numberBetween(0.1, 3600, 's'),
    6,
  ),
  forgetting_half_life_s: setting(
    'After so much silence, half of what the present state rested on is forgotten.',
    numberBetween(1, 86_400, 's'),
    60,
  ),
} satisfies SchemaTree
