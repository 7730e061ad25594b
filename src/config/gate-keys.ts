import { DEFAULT_GATE_PARAMS } from '../gate/gate-params.js'
import { DEFAULT_VAD_MODEL_DIR } from './defaults.js'
import { integerBetween, numberBetween, oneOf, someText } from './format.js'
import { key, tunable, type SchemaTree } from './key-spec.js'

/** How speech is found and cut into decision windows. Defaults are the gate's own. */
export const GATE_KEYS = {
  vad: key({
    doc: 'What finds the speech: network, a small model, or energy, which needs none.',
    format: oneOf('network', 'energy'),
    default: 'network',
    remote: true,
    restart: true,
  }),
  vad_model: key({
    doc: 'Folder of the model of gate.vad network.',
    format: someText('a path'),
    default: DEFAULT_VAD_MODEL_DIR,
    defaultDoc: 'the detector that this release ships',
    remote: false,
    restart: true,
  }),
  min_frame_dbfs: tunable(
    'A fainter frame of 20 ms is no speech.',
    numberBetween(-110, -20, 'dBFS'),
    DEFAULT_GATE_PARAMS.minFrameDbfs,
  ),
  max_clipped_ratio: tunable(
    'A frame with a larger share of its samples at full scale is no speech.',
    numberBetween(0, 1),
    DEFAULT_GATE_PARAMS.maxClippedRatio,
  ),
  enter_score: tunable(
    'Speech score at which a frame starts speech.',
    numberBetween(0, 1),
    DEFAULT_GATE_PARAMS.enterScore,
  ),
  exit_score: tunable(
    'Speech score below which a frame no longer continues it; lower than gate.enter_score.',
    numberBetween(0, 1),
    DEFAULT_GATE_PARAMS.exitScore,
  ),
  enter_ms: tunable(
    'Speech needed before a segment starts.',
    integerBetween(20, 1000, 'ms'),
    DEFAULT_GATE_PARAMS.enterMs,
  ),
  pre_roll_ms: tunable(
    'Kept from before the first speech frame: onsets are quieter than what follows.',
    integerBetween(0, 2000, 'ms'),
    DEFAULT_GATE_PARAMS.preRollMs,
  ),
  hangover_ms: tunable(
    'Silence after which speech has ended; shorter pauses lie within it.',
    integerBetween(40, 5000, 'ms'),
    DEFAULT_GATE_PARAMS.hangoverMs,
  ),
  post_roll_ms: tunable(
    'How much of that silence a segment keeps; at most gate.hangover_ms.',
    integerBetween(0, 5000, 'ms'),
    DEFAULT_GATE_PARAMS.postRollMs,
  ),
  min_speech_ms: tunable(
    'Least speech in a decision window.',
    integerBetween(100, 10_000, 'ms'),
    DEFAULT_GATE_PARAMS.minSpeechMs,
  ),
  voiced_score: tunable(
    'Periodicity at which a speech frame counts as voiced.',
    numberBetween(0, 1),
    DEFAULT_GATE_PARAMS.voicedScore,
  ),
  min_voiced_ms: tunable(
    'Least voiced speech in a decision window: noise has none.',
    integerBetween(0, 10_000, 'ms'),
    DEFAULT_GATE_PARAMS.minVoicedMs,
  ),
  min_level_spread_db: tunable(
    'Least spread of level over the speech frames, 15th to 85th percentile: a tone or a hum has none.',
    numberBetween(0, 40, 'dB'),
    DEFAULT_GATE_PARAMS.minLevelSpreadDb,
  ),
  min_level_dbfs: tunable(
    'Least level of the speech frames.',
    numberBetween(-110, 0, 'dBFS'),
    DEFAULT_GATE_PARAMS.minLevelDbfs,
  ),
  max_speech_ms: tunable(
    'Speech that goes on for longer is cut, and a new segment begins.',
    integerBetween(1000, 600_000, 'ms'),
    DEFAULT_GATE_PARAMS.maxSpeechMs,
  ),
  window_ms: tunable(
    'Length of a decision window; a shorter segment is one window of its own length.',
    integerBetween(500, 15_000, 'ms'),
    DEFAULT_GATE_PARAMS.windowMs,
  ),
  window_hop_ms: tunable(
    'Time between decisions while speech goes on; at most gate.window_ms.',
    integerBetween(100, 15_000, 'ms'),
    DEFAULT_GATE_PARAMS.windowHopMs,
  ),
  tail_speech_ms: tunable(
    'New speech that a segment must hold after its last window to be worth another at its end.',
    integerBetween(0, 15_000, 'ms'),
    DEFAULT_GATE_PARAMS.tailSpeechMs,
  ),
} satisfies SchemaTree
