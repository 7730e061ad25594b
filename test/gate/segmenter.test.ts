import fc from 'fast-check'
import t from 'tap'
import { DEFAULT_GATE_PARAMS } from '../../src/gate/gate-params.js'
import type { Segment } from '../../src/gate/segment.js'
import { acPower } from '../../src/gate/level.js'
import { createGate } from '../../src/gate/segmenter.js'
import type { Vad } from '../../src/gate/vad.js'
import { FRAME_MS, FRAME_SAMPLES, msToFrames } from '../../src/units.js'

const params = DEFAULT_GATE_PARAMS

/** Reads its score off the frame: the sign of the first sample. Speech is voiced, its level varied by the test. */
class ScriptedVad implements Vad {
  readonly noiseDbfs = -70
  voicing = 0
  acPower = 0

  score(samples: Float32Array): number {
    const score = (samples[0] as number) > 0 ? 0.95 : 0
    this.voicing = score
    this.acPower = acPower(samples)
    return score
  }

  reset(): void {
    this.voicing = 0
  }
}

/** `#` a frame of speech, `.` one of silence; each holds its index, so that a window tells where it is from. */
function frameOf(kind: string, index: number): Float32Array {
  const frame = new Float32Array(FRAME_SAMPLES)
  const amplitude = kind === '#' ? (index % 2 === 0 ? 0.3 : 0.05) : 1e-4
  for (let i = 0; i < FRAME_SAMPLES; i++) frame[i] = (i % 2 === 0 ? 1 : -1) * amplitude
  if (kind === '.') frame[0] = 0
  frame[1] = index / 1e6
  return frame
}

function script(...parts: readonly (readonly [kind: '#' | '.', ms: number])[]): string {
  return parts.map(([kind, ms]) => kind.repeat(msToFrames(ms))).join('')
}

interface Heard {
  readonly windows: Segment[]
  /** Time at which each window came, ms since the start of the stream; the length of the stream for the last one. */
  readonly atMs: number[]
}

function hear(kinds: string, overrides: Partial<typeof params> = {}): Heard {
  const gate = createGate(new ScriptedVad(), { ...params, ...overrides })
  const windows: Segment[] = []
  const atMs: number[] = []
  const note = (window: Segment | null, frame: number): void => {
    if (!window) return
    windows.push(window)
    atMs.push(frame * FRAME_MS)
  }
  for (let n = 0; n < kinds.length; n++) {
    note(gate.push({ samples: frameOf(kinds[n] as string, n), startSample: n * FRAME_SAMPLES }), n + 1)
  }
  note(gate.flush(), kinds.length)
  return { windows, atMs }
}

/** Start and end of a window, ms. */
function spanMs({ startSample, samples }: Segment): [number, number] {
  return [startSample / 16, (startSample + samples.length) / 16]
}

t.test('silence gives no window', async (t) => {
  t.equal(hear(script(['.', 5000])).windows.length, 0)
})

t.test('a short utterance is one window with its pre-roll and post-roll', async (t) => {
  const { windows, atMs } = hear(script(['.', 1000], ['#', 1200], ['.', 2000]))
  t.same(windows.map(spanMs), [[800, 2400]])
  t.same(atMs, [2200 + params.hangoverMs])
  t.equal(windows[0]?.speechSamples, 1200 * 16)
})

t.test('the samples of a window are those heard at its time', async (t) => {
  const { windows } = hear(script(['.', 500], ['#', 4000], ['.', 1000]))
  t.ok(windows.length > 1)
  for (const { startSample, samples } of windows) {
    for (let at = 0; at < samples.length; at += FRAME_SAMPLES) {
      const index = Math.round((samples[at + 1] as number) * 1e6)
      if (index !== (startSample + at) / FRAME_SAMPLES) t.fail(`frame ${index} at sample ${startSample + at}`)
    }
  }
})

t.test('speech at sample 0 has no pre-roll', async (t) => {
  t.same(hear(script(['#', 1000], ['.', 1000])).windows.map(spanMs), [[0, 1200]])
})

t.test('the end of the stream ends the segment', async (t) => {
  t.same(hear(script(['.', 1000], ['#', 1000])).windows.map(spanMs), [[800, 2000]])
  t.same(hear(script(['.', 1000], ['#', 1000], ['.', 300])).windows.map(spanMs), [[800, 2200]])
})

t.test('a pause shorter than the hangover lies within the segment, a longer one ends it', async (t) => {
  const within = hear(script(['#', 600], ['.', 500], ['#', 600], ['.', 1000]))
  t.same(within.windows.map(spanMs), [[0, 1900]])
  const apart = hear(script(['#', 600], ['.', 1000], ['#', 600], ['.', 1000]))
  t.same(apart.windows.map(spanMs), [
    [0, 800],
    [1400, 2400],
  ])
})

t.test('the pre-roll does not reach into the segment before', async (t) => {
  const { windows } = hear(script(['#', 600], ['.', 620], ['#', 600], ['.', 1000]), {
    preRollMs: 500,
    postRollMs: 400,
  })
  t.same(windows.map(spanMs), [
    [0, 1000],
    [1000, 2220],
  ])
})

t.test('long speech gives a window when the first is full and then every hop', async (t) => {
  const { windows, atMs } = hear(script(['#', 7000], ['.', 1000]))
  t.same(windows.map(spanMs), [
    [0, 3000],
    [1500, 4500],
    [3000, 6000],
    [4200, 7200],
  ])
  t.same(atMs.slice(0, 3), [3000, 4500, 6000])
})

t.test('a tail with too little new speech gives no window of its own', async (t) => {
  t.same(hear(script(['#', 3400], ['.', 1000])).windows.map(spanMs), [[0, 3000]])
  t.same(hear(script(['#', 3500], ['.', 1000])).windows.map(spanMs), [
    [0, 3000],
    [700, 3700],
  ])
})

t.test('a window that falls due in a pause waits for the speech to go on', async (t) => {
  const goesOn = hear(script(['#', 2800], ['.', 400], ['#', 200], ['.', 1000]))
  t.same(goesOn.windows.map(spanMs), [[220, 3220]])
  const ends = hear(script(['#', 2900], ['.', 2000]))
  t.same(ends.windows.map(spanMs), [[100, 3100]])
})

t.test('too little speech gives no window', async (t) => {
  t.equal(hear(script(['.', 500], ['#', 280], ['.', 1000])).windows.length, 0)
  t.equal(hear(script(['.', 500], ['#', 300], ['.', 1000])).windows.length, 1)
})

t.test('a click is no speech', async (t) => {
  t.equal(hear(script(['.', 500], ['#', 40], ['.', 400], ['#', 40], ['.', 400])).windows.length, 0)
})

t.test('speech longer than the longest is cut, and goes on as a new segment', async (t) => {
  const { windows } = hear(script(['#', 9000], ['.', 1000]), { maxSpeechMs: 5000 })
  t.same(windows.map(spanMs), [
    [0, 3000],
    [1500, 4500],
    [2000, 5000],
    [5000, 8000],
    [6200, 9200],
  ])
})

t.test('lost audio ends the segment and moves the times', async (t) => {
  const gate = createGate(new ScriptedVad(), params)
  const windows: Segment[] = []
  const push = (startFrame: number, kinds: string): void => {
    for (let n = 0; n < kinds.length; n++) {
      const frame = { samples: frameOf(kinds[n] as string, n), startSample: (startFrame + n) * FRAME_SAMPLES }
      const window = gate.push(frame)
      if (window) windows.push(window)
    }
  }
  push(0, script(['#', 1000]))
  push(500, script(['#', 1000], ['.', 1000]))
  t.same(windows.map(spanMs), [
    [0, 1000],
    [10_000, 11_200],
  ])
})

t.test('what follows the end of a recording reaches back into nothing of it', async (t) => {
  const gate = createGate(new ScriptedVad(), params)
  const first = script(['#', 1000], ['.', 300])
  const second = script(['#', 1000], ['.', 1000])
  const windows: Segment[] = []
  const push = (startFrame: number, kinds: string): void => {
    for (let n = 0; n < kinds.length; n++) {
      const frame = { samples: frameOf(kinds[n] as string, n), startSample: (startFrame + n) * FRAME_SAMPLES }
      const window = gate.push(frame)
      if (window) windows.push(window)
    }
  }
  push(0, first)
  t.same(gate.flush()?.startSample, 0)
  push(first.length, second)
  t.same(windows.map(spanMs), [[1300, 2500]])
})

t.test('level and SNR are those of the speech frames', async (t) => {
  const [window] = hear(script(['.', 500], ['#', 1000], ['.', 1000])).windows
  // Amplitudes 0.3 and 0.05 in turn.
  const expected = 10 * Math.log10((0.3 ** 2 + 0.05 ** 2) / 2)
  t.ok(Math.abs((window?.levelDbfs as number) - expected) < 0.1)
  t.ok(Math.abs((window?.snrDb as number) - (expected + 70)) < 0.1)
})

t.test('a gate says when somebody speaks, and counts the frames', async (t) => {
  const gate = createGate(new ScriptedVad(), params)
  const speakingAt = [...script(['.', 500], ['#', 1000], ['.', 1000])].map((kind, n) => {
    gate.push({ samples: frameOf(kind, n), startSample: n * FRAME_SAMPLES })
    return gate.isSpeaking
  })
  const [first, last] = [speakingAt.indexOf(true), speakingAt.lastIndexOf(true)]
  t.ok(first * FRAME_MS >= 500 && first * FRAME_MS <= 500 + params.minSpeechMs, `from ${first * FRAME_MS} ms`)
  t.equal((last + 1) * FRAME_MS, 1500 + params.hangoverMs - FRAME_MS)
  t.equal(gate.framesSeen, 125)
  t.equal(gate.framesSpeech, 50)
})

t.test('reset forgets everything heard, but not how much it was', async (t) => {
  const gate = createGate(new ScriptedVad(), params)
  const kinds = script(['#', 2000])
  for (let n = 0; n < kinds.length; n++) {
    gate.push({ samples: frameOf('#', n), startSample: n * FRAME_SAMPLES })
  }
  const { framesSpeech } = gate
  gate.reset()
  t.match(gate, { framesSeen: kinds.length, framesSpeech, isSpeaking: false })
  t.equal(gate.flush(), null)
})

t.test('whatever is heard, windows are in order, not too long, and hold enough speech', async () => {
  const runs = fc.array(fc.tuple(fc.constantFrom<'#' | '.'>('#', '.'), fc.integer({ min: 20, max: 3000 })), {
    maxLength: 14,
  })
  fc.assert(
    fc.property(runs, (parts) => {
      const { windows } = hear(script(...parts), { maxSpeechMs: 6000 })
      return windows.every(({ startSample, samples, speechSamples, snrDb }, i) => {
        const before = windows[i - 1]
        return (
          startSample % FRAME_SAMPLES === 0 &&
          samples.length % FRAME_SAMPLES === 0 &&
          samples.length <= params.windowMs * 16 &&
          speechSamples >= params.minSpeechMs * 16 &&
          speechSamples <= samples.length &&
          Number.isFinite(snrDb) &&
          (!before || startSample + samples.length > before.startSample + before.samples.length)
        )
      })
    }),
    { numRuns: 60 },
  )
})
