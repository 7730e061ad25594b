import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { TallyCounts } from '../../src/affect/summary/tally.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { PretendedDevice } from '../support/pretended-device.js'
import { pythonWith } from '../support/python-with.js'
import { recipeFile, RecipeProcess } from '../support/recipe-process.js'
import { findProgram, skipUnlessPart } from '../support/require-part.js'

const PYTHON = pythonWith('paho.mqtt.client')
const hasMosquitto = findProgram('mosquitto') !== undefined
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** What decisions of 1.5 s of new speech each add up to. */
function counts(decisions: Readonly<Record<string, number>>, arousal: number, valence: number): TallyCounts {
  const total = Object.values(decisions).reduce((sum, n) => sum + n, 0)
  const speechMs = 1500 * total
  return {
    decisions: total + 2,
    abstained: { low_snr: 2 },
    speechMs: speechMs + 3000,
    labelSpeechMs: Object.fromEntries(Object.entries(decisions).map(([label, n]) => [label, 1500 * n])),
    labelDecisions: decisions,
    arousalMs: arousal * speechMs,
    valenceMs: valence * speechMs,
    standingMs: speechMs,
    alerts: { anger: 1 },
    fatigue: { assessments: 0, scores: 0, highest: 0 },
  }
}

t.test(
  'the classroom is told of as a whole, and boredom not at all by a model that does not know it',
  skipUnlessPart('mosquitto', hasMosquitto),
  async (t) => {
    const broker = new Mosquitto(await freePort())
    await broker.start()
    const room = await PretendedDevice.open(broker.url, 'room-204')
    const recipe = new RecipeProcess(process.execPath, [recipeFile('classroom/classroom.mjs')], {
      BROKER: broker.url,
      DEVICE: 'room-204',
    })
    t.teardown(async () => {
      await recipe.stop('SIGKILL')
      await room.close()
      await broker.remove()
    })
    await recipe.said('waiting for summaries of room-204')
    const startMs = Date.UTC(2026, 10, 23, 8)
    const period = (n: number) => ({
      kind: 'aggregate' as const,
      startMs: startMs + 20 * n * MINUTE_MS,
      endMs: startMs + 20 * (n + 1) * MINUTE_MS,
    })
    // Were they published, nobody here would hear them.
    await room.emotion('angry')
    await room.alert('anger', true)
    await room.state({ angry: 1 }, 1)
    const first = await room.summary(counts({ neutral: 180, happy: 60, sad: 3 }, 0.02, 0.2), period(0))
    await room.send(first)
    await room.sendGarbage(room.topics.summary)
    await room.summary(counts({ neutral: 60, happy: 60 }, 0.3, 0.4), period(1))
    await room.summary(counts({ neutral: 18 }, 0, 0), period(2))
    await room.summary(counts({ neutral: 60, bored: 60 }, -0.33, -0.2), period(3))
    await room.summary(counts({ neutral: 60 }, 0, 0), { ...period(3), kind: 'day' })
    await recipe.said(/not an aggregate/)
    t.same(
      recipe.lines.filter((line) => /^\d|aggregate/.test(line)),
      [
        '08:00–08:20 UTC  speech 30 %  sounded even  bored not measured  neutral 74 %, happy 25 %, other 1 %',
        '08:20–08:40 UTC  speech 15 %  sounded lively, livelier than before  bored not measured  neutral 50 %, happy 50 %',
        '08:40–09:00 UTC  too little was said',
        '09:00–09:20 UTC  speech 15 %  sounded quiet  bored 50 %  neutral 50 %, bored 50 %',
        'ignored: not an aggregate. Set privacy.mode to aggregate at the device',
      ],
    )
    t.equal(recipe.stderr, '')
  },
)

t.test(
  'the well-being trend stores each day once and tells weeks apart that have enough of it',
  skipUnlessPart('mosquitto or python3-paho-mqtt', hasMosquitto && PYTHON !== undefined),
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'affectd-recipe-'))
    const broker = new Mosquitto(await freePort())
    await broker.start()
    const home = await PretendedDevice.open(broker.url, 'living-room')
    const python = PYTHON ?? 'python3'
    const script = recipeFile('well-being/well_being.py')
    const DATABASE = join(folder, 'days.sqlite')
    const env = { BROKER: '127.0.0.1', PORT: String(broker.port), DATABASE }
    const start = (): RecipeProcess => new RecipeProcess(python, [script, 'collect'], env)
    const first = start()
    t.teardown(async () => {
      await first.stop('SIGKILL')
      await home.close()
      await broker.remove()
      rmSync(folder, { recursive: true })
    })
    await first.said('collecting summaries of living-room')
    // Midnight of Monday, 2 November 2026, in Berlin.
    const monday = Date.UTC(2026, 10, 1, 23)
    const day = (n: number) => ({
      kind: 'day' as const,
      startMs: monday + n * DAY_MS,
      endMs: monday + (n + 1) * DAY_MS,
    })
    const sunday = await home.summary(counts({ neutral: 400, happy: 100 }, 0.1, 0.2), day(-1))
    await home.send(sunday)
    await home.sendGarbage(home.topics.summary)
    await home.summary(counts({ neutral: 60 }, 0, 0.9), { ...day(0), kind: 'aggregate' })
    // Three weeks: one as before, one day without a word in it; the next worse; of the last too little.
    for (const n of [0, 1, 2, 7, 8, 9]) {
      await home.summary(counts({ neutral: 400, happy: 100 }, 0.1, 0.2), day(n))
    }
    await home.summary({}, day(3))
    await first.said('stored 2026-11-05')
    await first.stop('SIGKILL')
    // They wait at the broker while nobody collects.
    for (const n of [14, 15, 16]) await home.summary(counts({ neutral: 300, sad: 200 }, -0.1, -0.15), day(n))
    await home.summary(counts({ happy: 500 }, 0.5, 0.8), day(21))
    const second = start()
    t.teardown(() => second.stop('SIGKILL'))
    await second.said('stored 2026-11-23')
    t.ok(first.lines.includes('repeat of 2026-11-01'))
    t.equal(first.stderr + second.stderr, '')
    const { stdout } = spawnSync(python, [script, 'weeks'], { env, encoding: 'utf8' })
    t.same(stdout.split('\n'), [
      'week      days  speech  valence  arousal  alerts  valence against the weeks before',
      '2026-W44     1   13 min  too little to compare',
      '2026-W45     4   38 min    +0.20    +0.10       3  not enough weeks yet',
      '2026-W46     3   38 min    +0.20    +0.10       3  not enough weeks yet',
      '2026-W47     3   38 min    -0.15    -0.10       3  -0.35',
      '2026-W48     1   13 min  too little to compare',
      '',
    ])
    t.equal(statSync(DATABASE).mode & 0o777, 0o600, 'and nobody else may read it')
  },
)

t.test('a command that there is not is refused', skipUnlessPart('python3', PYTHON !== undefined), (t) => {
  const { status, stderr } = spawnSync(PYTHON ?? 'python3', [recipeFile('well-being/well_being.py'), 'month'])
  t.equal(status, 1)
  t.match(stderr.toString(), /usage: well_being.py collect \| weeks/)
  t.end()
})
