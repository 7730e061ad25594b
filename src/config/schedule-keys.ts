import { isCronExpression } from '../ops/schedule/cron.js'
import { isTimeZone } from '../ops/schedule/local-time.js'
import { parseWeeklyHours } from '../ops/schedule/weekly-hours.js'
import { textLike, type Format } from './format.js'
import { tunable, type SchemaTree } from './key-spec.js'

const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/

const hours = checked(
  'spans of the week such as Mon-Fri 07:00-19:00, Sat/Sun 08:00-12:00, or empty',
  (text) => text === '' || parseWeeklyHours(text) !== undefined,
  ['', 'Mon-Fri 07:00-19:00, Sat/Sun 08:00-12:00'],
)
const daily = checked('a time of day like 03:30', (text) => TIME_OF_DAY.test(text), ['00:00', '03:30'])

/** What is done at which time of the day or the week. */
export const SCHEDULE_KEYS = {
  time_zone: tunable(
    'IANA time zone that all times of the schedule are in, such as Europe/Berlin. Empty: the machine’s.',
    checked('an IANA time zone, or empty', (text) => text === '' || isTimeZone(text), ['', 'Europe/Berlin']),
    '',
  ),
  listening_hours: tunable(
    'When the device listens; outside of it the microphone is let go of. Empty: always.',
    hours,
    '',
  ),
  quiet_hours: tunable(
    'When no alert is raised; an active one ends. Everything else goes on. Empty: never.',
    hours,
    '',
  ),
  summary_time: tunable('When a day ends for its summary.', daily, '00:00'),
  baseline_rollover: tunable(
    'When what was heard of a voice in the last day joins its fatigue baseline, unless fatigue is raised.',
    daily,
    '04:00',
  ),
  refresh: tunable(
    'When health and Home Assistant’s discovery are said again, as a cron expression (minute hour day month weekday). Empty: never.',
    checked('a cron expression of five fields, or empty', (text) => text === '' || isCronExpression(text), [
      '',
      '17 * * * *',
    ]),
    '17 * * * *',
  ),
} satisfies SchemaTree

/** @param examples of what is valid, for who reads the schema */
function checked(
  allowed: string,
  isValid: (text: string) => boolean,
  examples: readonly string[],
): Format<string> {
  const shape = textLike(allowed, /^[\x20-\x7e]*$/, 512)
  const accepts = (value: unknown): value is string => shape.accepts(value) && isValid(value)
  const jsonSchema = { ...shape.jsonSchema, examples }
  return { ...shape, jsonSchema, accepts, parse: (text) => (accepts(text) ? text : undefined) }
}
