import { anyText, integerBetween, oneOf } from './format.js'
import { key, tunable, type SchemaTree } from './key-spec.js'

/** From the one that says most to the one that says nothing. */
export const PRIVACY_MODES = ['full', 'alerts-only', 'aggregate', 'off'] as const

/** What leaves the device, and how it is muted by hand. */
export const PRIVACY_KEYS = {
  mode: tunable(
    'What is published: full; alerts-only (no decisions, no state: alerts and summaries); aggregate (only summaries over many decisions, nothing of a single one, no alerts); off (the device does not listen). From afar it can only be made stricter.',
    oneOf(...PRIVACY_MODES),
    'full',
  ),
  aggregate_minutes: tunable(
    'Least time that a summary covers in mode aggregate. From afar it can only be raised.',
    integerBetween(5, 1440, 'min'),
    15,
  ),
  aggregate_segments: tunable(
    'Least decisions that a summary rests on in mode aggregate; until then its time is extended. From afar it can only be raised.',
    integerBetween(5, 10_000),
    20,
  ),
  mute_file: key({
    doc: 'File of a physical mute, such as /sys/class/gpio/gpio17/value: 0 or 1. One that cannot be read mutes. Empty: none.',
    format: anyText('a path'),
    default: '',
    remote: false,
    restart: true,
  }),
  mute_active: key({
    doc: 'What of privacy.mute_file mutes: high (1) or low (0).',
    format: oneOf('high', 'low'),
    default: 'high',
    remote: false,
    restart: true,
  }),
} satisfies SchemaTree
