import { AFFECT_KEYS } from './affect-keys.js'
import { ALERT_KEYS } from './alert-keys.js'
import { CLASSIFY_KEYS } from './classify-keys.js'
import { defaultDeviceId, defaultStateDir } from './defaults.js'
import { anyText, integerBetween, numberBetween, oneOf, someText, textLike, trueOrFalse } from './format.js'
import { FATIGUE_KEYS } from './fatigue-keys.js'
import { GATE_KEYS } from './gate-keys.js'
import { key, type SchemaTree } from './key-spec.js'
import { LIVE_KEYS } from './live-keys.js'
import { PRIVACY_KEYS } from './privacy-keys.js'
import { SCHEDULE_KEYS } from './schedule-keys.js'

// RFC 3339; that the day exists is checked with the other conflicts.
const RFC3339_OR_EMPTY = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?$/
// ALSA's configuration syntax: a PCM name with { } | ' " can define a PCM that runs a command.
const DEVICE_NAME_OR_EMPTY = /^[^{}|'"\u0000-\u001f\u007f]*$/

const topicLevels = textLike(
  'topic levels parted by /, none empty, without + # or a leading $',
  /^(?!\$)[^+#/\u0000-\u001f\u007f]+(\/[^+#/\u0000-\u001f\u007f]+)*$/,
  200,
)

const local = { remote: false, restart: true } as const
const remote = { remote: true, restart: true } as const
const hot = { remote: true, restart: false } as const

/**
 * Every key that this build honours. The group dashboard is reserved: it comes with what it configures.
 */
export const CONFIG_SCHEMA = {
  device: {
    id: key({
      doc: 'Name of this device in topics and events. Devices on one broker must differ.',
      format: textLike('1 to 64 of A-Z a-z 0-9 _ -, not _group', /^(?!_group$)[A-Za-z0-9_-]{1,64}$/, 64),
      default: defaultDeviceId,
      defaultDoc: "the host's name without its domain",
      ...local,
    }),
    state_dir: key({
      doc: 'Folder for what must survive a restart.',
      format: someText('a path'),
      default: defaultStateDir,
      defaultDoc:
        "$STATE_DIRECTORY, else /var/lib/affectd for root, else affectd in the user's XDG state folder",
      ...local,
    }),
    group: key({
      doc: 'Group whose remote configuration lies under this device’s own. Empty: none.',
      format: textLike('1 to 64 of A-Z a-z 0-9 _ -, or empty', /^[A-Za-z0-9_-]{0,64}$/, 64),
      default: '',
      ...local,
    }),
    remote_config: key({
      doc: 'Whether configuration is taken from config/desired. on, or off for a device that nobody may configure from afar.',
      format: oneOf('on', 'off'),
      default: 'on',
      ...local,
    }),
    remote_key_file: key({
      doc: 'PEM file of an Ed25519 public key: with it, only signed revisions are taken. Empty: signatures are not asked for.',
      format: anyText('a path'),
      default: '',
      ...local,
    }),
    trial_s: key({
      doc: 'How long a remote revision is on trial before it is confirmed.',
      format: integerBetween(5, 3600, 's'),
      default: 120,
      ...local,
    }),
  },
  capture: {
    source: key({
      doc: 'Where audio comes from: auto, portaudio[:NAME], arecord[:PCM], file:PATH[?pace=realtime|fast&loop=1] or stdin (s16le, 16 kHz, mono).',
      format: someText('an audio source'),
      default: 'auto',
      ...local,
    }),
    device: key({
      doc: 'Microphone for a source that names none (auto, portaudio, arecord). Empty: the default one.',
      format: textLike(
        `a device name of at most 256 characters without { } | ' "`,
        DEVICE_NAME_OR_EMPTY,
        256,
      ),
      default: '',
      ...remote,
    }),
    start_time: key({
      doc: 'Time given to the first sample of a file or stdin, so that a recording can be replayed with its own time. Empty: now.',
      format: textLike('an RFC 3339 time like 2026-11-21T08:00:00.000Z, or empty', RFC3339_OR_EMPTY, 64),
      default: '',
      ...local,
    }),
    ...LIVE_KEYS,
  },
  gate: GATE_KEYS,
  classify: CLASSIFY_KEYS,
  affect: AFFECT_KEYS,
  alerts: ALERT_KEYS,
  fatigue: FATIGUE_KEYS,
  schedule: SCHEDULE_KEYS,
  privacy: PRIVACY_KEYS,
  publish: {
    prefix: key({
      doc: 'First levels of every topic: topics are <prefix>/<device.id>/….',
      format: topicLevels,
      default: 'affectd',
      ...local,
    }),
    outbox_max_events: key({
      doc: 'Events kept while the broker is away. A source that can wait is held back when they are reached; for a live one the oldest is dropped and counted, alerts only when nothing else is left.',
      format: integerBetween(1, 1_000_000),
      default: 10_000,
      ...local,
    }),
    outbox_max_mb: key({
      doc: 'Room for those events, 2^20 bytes each, in the same way. The disk needs three times as much at worst.',
      format: numberBetween(0.1, 100_000, 'MB'),
      default: 50,
      ...local,
    }),
    outbox_max_age_h: key({
      doc: 'Events that have waited longer are dropped and counted, alerts too. Steps of the clock by more than 31 days do not count. 0: none is too old.',
      format: numberBetween(0, 87_600, 'h'),
      default: 0,
      ...local,
    }),
    outbox_sync_s: key({
      doc: 'A power cut costs at most the events of so many seconds. Accepted events survive the end of the process at once; within this time they are synced to the disk, unless they are delivered before. 0: an event is accepted only when it is synced, which wears an SD card.',
      format: numberBetween(0, 3600, 's'),
      default: 5,
      ...local,
    }),
    home_assistant: key({
      doc: 'Whether the device makes itself and its entities known to Home Assistant (2024.11 or later). Once false, it removes them.',
      format: trueOrFalse(),
      default: false,
      ...remote,
    }),
    home_assistant_prefix: key({
      doc: 'Discovery prefix of Home Assistant’s MQTT integration.',
      format: topicLevels,
      default: 'homeassistant',
      ...local,
    }),
  },
  mqtt: {
    url: key({
      doc: 'The broker: mqtt://HOST[:PORT], mqtts://, ws:// or wss://.',
      format: textLike(
        'a URL of mqtt, mqtts, ws or wss',
        /^(mqtts?|wss?):\/\/[^\s\u0000-\u001f\u007f]+$/,
        2048,
      ),
      default: 'mqtt://localhost:1883',
      holdsCredentials: true,
      ...local,
    }),
    fallback_urls: key({
      doc: 'Further addresses of the same broker, such as the nodes of a cluster, parted by commas. Each is tried in turn when the one before cannot be reached or is lost.',
      format: textLike(
        'URLs of mqtt, mqtts, ws or wss parted by commas without spaces, or empty',
        /^((mqtts?|wss?):\/\/[^\s,\u0000-\u001f\u007f]+(,(?=[^,])|$))*$/,
        4096,
      ),
      default: '',
      holdsCredentials: true,
      ...local,
    }),
    protocol: key({ doc: 'Version of MQTT.', format: oneOf('5', '3.1.1'), default: '5', ...remote }),
    username: key({
      doc: 'User name at the broker. Empty: none.',
      format: anyText('a name', 1024),
      default: '',
      // Some brokers take a token as the user name.
      sensitive: true,
      ...local,
    }),
    password: key({
      doc: 'Password at the broker. Better in a file, see mqtt.password_file: what is given with --set or in the environment can be read by others on the device.',
      format: anyText('a password', 1024),
      default: '',
      sensitive: true,
      ...local,
    }),
    username_file: key({
      doc: 'File that holds the user name, or credential:NAME for a systemd credential. One newline at its end is not part of it.',
      format: anyText('a path'),
      default: '',
      ...local,
    }),
    password_file: key({
      doc: 'File that holds the password or token, or credential:NAME for a systemd credential. One newline at its end is not part of it. Read anew for each connection.',
      format: anyText('a path'),
      default: '',
      ...local,
    }),
    client_id: key({
      doc: 'Client id at the broker. Empty: affectd-<device.id>.',
      format: anyText('a client id', 128),
      default: '',
      ...local,
    }),
    keepalive_s: key({
      doc: 'Longest silence towards the broker; after one and a half of it the broker says that the device is offline.',
      format: integerBetween(5, 3600, 's'),
      default: 30,
      ...remote,
    }),
    session_expiry_s: key({
      doc: 'How long the broker keeps requests for this device while it is away (MQTT 5). 0: not at all.',
      format: integerBetween(0, 86_400, 's'),
      default: 300,
      ...remote,
    }),
    ca_file: key({
      doc: 'PEM file of the authority that signed the broker’s certificate. Empty: those that Node trusts.',
      format: anyText('a path'),
      default: '',
      ...local,
    }),
    cert_file: key({
      doc: 'PEM file of this device’s certificate.',
      format: anyText('a path'),
      default: '',
      ...local,
    }),
    key_file: key({
      doc: 'PEM file of the key to mqtt.cert_file.',
      format: anyText('a path'),
      default: '',
      ...local,
    }),
  },
  health: {
    interval_s: key({
      doc: 'Time between two reports on the topic health.',
      format: numberBetween(1, 86_400, 's'),
      default: 60,
      ...hot,
    }),
  },
  log: {
    level: key({
      doc: 'Least severe message that is logged.',
      format: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
      default: 'info',
      ...hot,
    }),
    format: key({
      doc: 'json, pretty, or auto: pretty on a terminal and JSON elsewhere.',
      format: oneOf('auto', 'json', 'pretty'),
      default: 'auto',
      ...local,
    }),
  },
} satisfies SchemaTree
