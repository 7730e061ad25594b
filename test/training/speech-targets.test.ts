import t from 'tap'
import {
  PAUSE,
  SPEECH,
  speechPower,
  TARGET_HOP_SAMPLES,
  targetsOfLevel,
  targetsOfSyllables,
  UNKNOWN,
} from '../../training/src/vad/speech-targets.js'

/** A studio recording: stretches of sound or room, each for so many hops. */
function recording(...parts: readonly (readonly [level: number, hops: number])[]): Float32Array {
  const levels = parts.flatMap(([level, hops]) => new Array<number>(hops * TARGET_HOP_SAMPLES).fill(level))
  return Float32Array.from(levels, (level, i) => level * Math.sin(0.7 * i))
}

const ROOM = 0.0003

t.test('syllables timed by hand are speech, pauses in brackets and the last are not', async (t) => {
  const starts = [
    { atS: 0.1, name: 'das' },
    { atS: 0.3, name: '(' },
    { atS: 0.4, name: 'glas' },
    { atS: 0.6, name: '.' },
  ]
  const targets = targetsOfSyllables(starts, 16_000)
  t.equal(targets.length, 100)
  t.same(
    [targets[5], targets[20], targets[35], targets[50], targets[80]],
    [PAUSE, SPEECH, PAUSE, SPEECH, PAUSE],
  )
})

t.test('what stands above the room is speech, boundaries are unknown', async (t) => {
  const targets = targetsOfLevel(recording([ROOM, 40], [0.1, 40], [ROOM, 40]))
  t.same([targets[20], targets[60], targets[100]], [PAUSE, SPEECH, PAUSE])
  t.equal(targets[39], UNKNOWN)
  t.equal(targets[40], UNKNOWN)
  t.equal(targets[79], UNKNOWN)
})

t.test('the closure of a stop is speech, a longer gap is unknown, a long one is a pause', async (t) => {
  const gap = (hops: number): number =>
    targetsOfLevel(recording([ROOM, 40], [0.1, 30], [ROOM, hops], [0.1, 30], [ROOM, 40]))[
      70 + Math.floor(hops / 2)
    ] as number
  t.equal(gap(5), SPEECH)
  t.equal(gap(12), UNKNOWN)
  t.equal(gap(30), PAUSE)
})

t.test('a click is no speech', async (t) => {
  t.notOk(
    targetsOfLevel(recording([ROOM, 40], [0.1, 3], [ROOM, 40], [0.1, 40]))
      .subarray(30, 60)
      .includes(SPEECH),
  )
})

t.test('the power of speech leaves the pauses out', async (t) => {
  const samples = recording([ROOM, 100], [0.1, 100])
  const targets = new Uint8Array(200).fill(SPEECH, 100)
  t.ok(Math.abs(speechPower({ samples, targets }) - 0.005) < 1e-4)
})
