import { integerBetween, numberBetween, type Format } from './format.js'
import { key, type KeySpec, type SchemaTree } from './key-spec.js'

function setting(doc: string, format: Format<number>, value: number): KeySpec<number> {
  return key({ doc, format, default: value, remote: true, restart: true })
}

/** How speech is found and cut into decision windows. Defaults equal the gate's own. */
export const GATE_KEYS = {
  min_frame_dbfs: setting('A fainter frame of 20 ms is no speech.', numberBetween(-110, -20, 'dBFS'), -75),
  max_clipped_ratio: setting(
    'A frame with a larger share of its samples at full scale is no speech.',
    numberBetween(0, 1),
    0.3,
  ),
  enter_score: setting('Speech score at which a frame starts speech.', numberBetween(0, 1), 0.6),
  exit_score: setting(
    'Speech score below which a frame no longer continues it; lower than gate.enter_score.',
    numberBetween(0, 1),
    0.4,
  ),
  enter_ms: setting('Speech needed before a segment starts.', integerBetween(20, 1000, 'ms'), 60),
  pre_roll_ms: setting(
    'Kept from before the first speech frame: onsets are quieter than what follows.',
    integerBetween(0, 2000, 'ms'),
    200,
  ),
  hangover_ms: setting(
    'Silence after which speech has ended; shorter pauses lie within it.',
    integerBetween(40, 5000, 'ms'),
    600,
  ),
  post_roll_ms: setting(
    'How much of that silence a segment keeps; at most gate.hangover_ms.',
    integerBetween(0, 5000, 'ms'),
    200,
  ),
  min_speech_ms: setting('Least speech in a decision window.', integerBetween(100, 10_000, 'ms'), 300),
  voiced_score: setting('Periodicity at which a speech frame counts as voiced.', numberBetween(0, 1), 0.55),
  min_voiced_ms: setting(
    'Least voiced speech in a decision window: noise has none.',
    integerBetween(0, 10_000, 'ms'),
    120,
  ),
  min_level_spread_db: setting(
    'Least spread of level over the speech frames, 15th to 85th percentile: a tone or a hum has none.',
    numberBetween(0, 40, 'dB'),
    3,
  ),
  min_level_dbfs: setting('Least level of the speech frames.', numberBetween(-110, 0, 'dBFS'), -60),
  max_speech_ms: setting(
    'Speech that goes on for longer is cut, and a new segment begins.',
    integerBetween(1000, 600_000, 'ms'),
    30_000,
  ),
  window_ms: setting(
    'Length of a decision window; a shorter segment is one window of its own length.',
    integerBetween(500, 15_000, 'ms'),
    3000,
  ),
  window_hop_ms: setting(
    'Time between decisions while speech goes on; at most gate.window_ms.',
    integerBetween(100, 15_000, 'ms'),
    1500,
  ),
  tail_speech_ms: setting(
    'New speech that a segment must hold after its last window to be worth another at its end.',
    integerBetween(0, 15_000, 'ms'),
    500,
  ),
} satisfies SchemaTree
