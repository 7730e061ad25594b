import t from 'tap'
import { AlertBoard } from '../src/affect/alerts/alert-board.js'
import type { AlertRule } from '../src/affect/alerts/alert-rule.js'
import type { AffectState, Judgement } from '../src/affect/judgement.js'
import { runAgent, type AgentOptions, type CaptureCounts } from '../src/agent.js'
import { Announcer } from '../src/announcer.js'
import type { AudioFrame, AudioSource } from '../src/capture/audio-source.js'
import type { CaptureMonitor } from '../src/capture/live/capture-monitor.js'
import type { Liveness } from '../src/capture/live/liveness.js'
import { InputError } from '../src/errors.js'
import { HealthReporter } from '../src/health-reporter.js'
import { RESTART } from '../src/last-drain.js'
import type { Pipeline } from '../src/pipeline.js'
import type { Message, Publisher, PublisherCounts } from '../src/publish/publisher.js'
import { ListenSwitch } from '../src/listen-switch.js'
import { createTopics } from '../src/publish/topics.js'
import { FRAME_SAMPLES } from '../src/units.js'
import { FakeClock } from './support/fake-clock.js'
import { recordingLogger } from './support/recording-logger.js'

const topics = createTopics('t1')
const START_MS = Date.UTC(2026, 0, 1)

class FakePublisher implements Publisher {
  readonly said: Message[] = []
  readonly steps: string[] = []
  counts: PublisherCounts = {
    outboxDepth: 0,
    outboxDropped: 0,
    outboxDroppedBy: { count: 0, bytes: 0, age: 0, unreadable: 0 },
    outboxStore: 'memory',
    reconnects: 0,
    connected: true,
    connectAttempts: 1,
    eventsAnswered: 0,
  }
  /** Replaced by a test that holds something back. */
  accept: () => Promise<void> = () => Promise.resolve()
  left: (signal: AbortSignal) => Promise<number> = () => Promise.resolve(0)

  start(): void {
    this.steps.push('start')
  }
  publish(message: Message): Promise<void> {
    this.said.push(message)
    return this.accept()
  }
  drain(signal: AbortSignal): Promise<number> {
    this.steps.push('drain')
    return this.left(signal)
  }
  close(): Promise<void> {
    this.steps.push('close')
    return Promise.resolve()
  }
  subscribe(topic: string): void {
    this.steps.push(`subscribe ${topic}`)
  }

  onRequest(): void {
    this.steps.push('onRequest')
  }

  on(topic: string): readonly Record<string, unknown>[] {
    return this.said
      .filter((message) => message.topic === topic)
      .map(({ payload }) => JSON.parse(payload) as Record<string, unknown>)
  }
}

function judgement(startSample: number): Judgement {
  return {
    startSample,
    durationSamples: 2 * FRAME_SAMPLES,
    speechSamples: FRAME_SAMPLES,
    levelDbfs: -20,
    snrDb: 20,
    label: 'angry',
    confidence: 0.8,
    probabilities: { neutral: 0.2, angry: 0.8 },
    arousal: 0.5,
    valence: -0.5,
    abstained: false,
    abstainReason: null,
  }
}

/** What an agent needs of one. */
type AgentPipeline = Omit<Pipeline, 'model' | 'use'>

/** Speaks during the frames in `speech`, decides at those in `decisions`, and once more at the end if asked to. */
class FakePipeline implements AgentPipeline {
  framesSeen = 0
  framesSpeech = 0
  isSpeaking = false
  resets = 0
  /** Replaced by a test in which the state fades. */
  label = (_frame: number): string => 'angry'
  #last: Judgement | null = null

  constructor(
    private readonly speech: readonly number[],
    private readonly decisions: readonly number[],
    private readonly decidesAtEnd = false,
  ) {}

  push(frame: AudioFrame): Judgement | null {
    const index = frame.startSample / FRAME_SAMPLES
    this.framesSeen += 1
    this.isSpeaking = this.speech.includes(index)
    if (!this.decisions.includes(index)) return null
    return (this.#last = judgement(frame.startSample))
  }
  flush(): Judgement | null {
    this.isSpeaking = false
    return this.decidesAtEnd ? (this.#last = judgement(99 * FRAME_SAMPLES)) : null
  }
  judgeSilence(): Judgement {
    return judgement(0)
  }
  get state(): AffectState {
    const last = this.#last ?? judgement(0)
    return {
      ...last,
      label: this.label(this.framesSeen),
      speaking: this.isSpeaking,
      sinceSample: 0,
      atSample: last.startSample,
    }
  }
  reset(): void {
    this.resets += 1
  }
  retune(): void {
    throw new Error('not retuned here')
  }
}

interface Rig {
  readonly options: AgentOptions
  readonly listening: ListenSwitch
  readonly publisher: FakePublisher
  readonly clock: FakeClock
  readonly capture: CaptureCounts
  readonly stop: AbortController
  readonly log: ReturnType<typeof recordingLogger>
  readonly statuses: unknown[]
  run(): Promise<void>
}

function rig(
  frames: AudioSource['frames'],
  part: {
    pipeline?: AgentPipeline
    canWait?: boolean
    startMs?: number
    monitor?: CaptureMonitor
    clock?: FakeClock
    rules?: readonly AlertRule[]
  } = {},
): Rig {
  const publisher = new FakePublisher()
  const clock = part.clock ?? new FakeClock(START_MS)
  const log = recordingLogger()
  const statuses: unknown[] = []
  const stop = new AbortController()
  const capture: CaptureCounts = { state: 'starting', drops: 0 }
  const listening = new ListenSwitch(undefined, clock, log)
  let seq = 0
  const options: AgentOptions = {
    source: {
      name: 'test',
      canWait: part.canWait ?? true,
      frames,
      ...(part.monitor === undefined ? {} : { monitor: part.monitor }),
    },
    pipeline: part.pipeline ?? new FakePipeline([], []),
    publisher,
    announcer: new Announcer({
      topics,
      device: { deviceId: 't1', model: { id: 'm', sha256: 'ab' } },
      nextStamp: () => ({ id: 'i', bootId: 'b', seq: ++seq }),
      alerts: new AlertBoard(part.rules ?? []),
    }),
    info: { topic: topics.info, payload: '{}', qos: 1, retain: true, kind: 'state' },
    health: new HealthReporter(clock, 60_000, () => publisher.steps.push('health')),
    listening,
    setStatus: (state, reason) => statuses.push([state, reason]),
    setEnding: (reason) => publisher.steps.push(reason),
    onClosing: () => undefined,
    streamStartMs: part.startMs,
    onStreamStart: () => undefined,
    clock,
    log,
  }
  return {
    options,
    listening,
    publisher,
    clock,
    capture,
    stop,
    log,
    statuses,
    run: () => runAgent(options, capture, stop.signal),
  }
}

async function* frames(count: number, from = 0): AsyncGenerator<AudioFrame> {
  for (let i = from; i < from + count; i++) {
    yield { samples: new Float32Array(FRAME_SAMPLES), startSample: i * FRAME_SAMPLES }
    await Promise.resolve()
  }
}

/** Lets everything that can go on without the clock go on. */
async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

t.test(
  'health is told at the start, at the first frame and at the end, and the end drains before it closes',
  async (t) => {
    const { run, publisher, clock, capture, statuses } = rig(() => frames(3))
    await run()
    t.same(publisher.steps, ['start', 'health', 'health', 'health', 'drain', 'close'])
    t.equal(publisher.said[0].topic, topics.info)
    t.equal(clock.timers, 0, 'nothing keeps the process alive')
    t.equal(capture.state, 'ended')
    t.same(statuses, [['online', null]])
  },
)

t.test('decisions are events, and the state is said on decisions and when speaking changes', async (t) => {
  const { run, publisher } = rig(() => frames(8), {
    pipeline: new FakePipeline([1, 2, 3, 6], [2, 3]),
    startMs: 0,
  })
  await run()
  t.same(
    publisher.on(topics.emotion).map(({ time, seq }) => [time, seq]),
    [
      ['1970-01-01T00:00:00.080Z', 1],
      ['1970-01-01T00:00:00.100Z', 2],
    ],
  )
  // Frame 1 begins speech, 2 and 3 are decisions, 4 ends it, 6 and 7 begin and end it again.
  t.same(
    publisher.on(topics.state).map(({ speaking }) => speaking),
    [true, true, true, false, true, false],
  )
})

t.test('a state that fades over silence is said again, within a second', async (t) => {
  const pipeline = new FakePipeline([1], [1])
  pipeline.label = (frame) => (frame < 120 ? 'angry' : 'neutral')
  const { run, publisher } = rig(() => frames(400), { pipeline })
  await run()
  t.same(
    publisher.on(topics.state).map(({ label, speaking }) => [label, speaking]),
    [
      ['angry', true],
      ['angry', false],
      ['neutral', false],
    ],
  )
})

t.test('as long as nothing was decided, silence says no state', async (t) => {
  const { run, publisher } = rig(() => frames(400))
  await run()
  t.same(publisher.on(topics.state), [])
})

t.test('the window still open at the end is judged', async (t) => {
  const { run, publisher } = rig(() => frames(2), { pipeline: new FakePipeline([0, 1], [], true) })
  await run()
  t.equal(publisher.on(topics.emotion).length, 1)
  t.match(publisher.on(topics.state).at(-1), { speaking: false })
})

t.test('without a start time the stream began when its first frame was heard', async (t) => {
  const { run, publisher } = rig(() => frames(2), { pipeline: new FakePipeline([0], [0]) })
  await run()
  t.match(publisher.on(topics.emotion)[0], { window: { start: new Date(START_MS - 20).toISOString() } })
})

t.test('a full outbox holds the source back', async (t) => {
  let asked = 0
  const source = async function* (): AsyncGenerator<AudioFrame> {
    for await (const frame of frames(5)) {
      asked += 1
      yield frame
    }
  }
  const { run, publisher } = rig(source, { pipeline: new FakePipeline([], [1]) })
  let release = (): void => undefined
  publisher.accept = () =>
    publisher.said.at(-1)?.topic === topics.emotion
      ? new Promise((resolve) => (release = resolve))
      : Promise.resolve()
  const running = run()
  await settled()
  t.equal(asked, 2)
  release()
  await running
  t.equal(asked, 5)
})

t.test('told to stop while held back, it lets go, waits ten seconds and ends', async (t) => {
  const { run, publisher, stop, clock, log } = rig(() => frames(5), { pipeline: new FakePipeline([], [1]) })
  publisher.counts = { ...publisher.counts, outboxDepth: 1, connected: false }
  publisher.accept = () =>
    publisher.said.at(-1)?.topic === topics.emotion ? new Promise(() => undefined) : Promise.resolve()
  publisher.left = (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(1)))
  const running = run()
  await settled()
  stop.abort()
  await settled()
  clock.advance(9999)
  t.notOk(publisher.steps.includes('close'))
  clock.advance(1)
  await running
  t.match(log.lines.at(-1), { level: 'warn', fields: { code: 'PUBLISH_UNDELIVERED', count: 1 } })
  t.equal(publisher.steps.at(-1), 'close')
  t.equal(clock.timers, 0)
})

t.test('told to stop with nothing to say and no broker, it ends at once', async (t) => {
  const { run, publisher, stop } = rig(() => frames(5))
  publisher.counts = { ...publisher.counts, connected: false }
  stop.abort()
  await run()
  t.same(publisher.steps, ['start', 'health', 'health', 'health', 'close'])
})

t.test('at the end of a file it waits for the broker for ever, and says so once', async (t) => {
  const { run, publisher, clock, log } = rig(() => frames(1), { pipeline: new FakePipeline([], [0]) })
  publisher.counts = { ...publisher.counts, outboxDepth: 1, connected: false }
  let deliver = (_left: number): void => undefined
  publisher.left = () => new Promise((resolve) => (deliver = resolve))
  const running = run()
  await settled()
  clock.advance(24 * 3_600_000)
  t.equal(log.lines.filter(({ fields }) => fields['code'] === 'PUBLISH_WAITING').length, 1)
  t.notOk(publisher.steps.includes('close'))
  deliver(0)
  await running
  t.equal(publisher.steps.at(-1), 'close')
})

t.test('input that breaks off is an error, after what was judged is delivered', async (t) => {
  const source = async function* (): AsyncGenerator<AudioFrame> {
    yield* frames(2)
    throw new InputError('INPUT_TRUNCATED', 'it ends here')
  }
  const { run, publisher, capture } = rig(source, { pipeline: new FakePipeline([], [0], true) })
  await t.rejects(run(), { code: 'INPUT_TRUNCATED' })
  t.equal(publisher.on(topics.emotion).length, 2)
  t.same(publisher.steps.slice(-3), ['drain', 'input_truncated', 'close'], 'the farewell can say why')
  t.equal(capture.state, 'failed')
})

t.test('input that cannot even be opened waits for no broker', async (t) => {
  const source = async function* (): AsyncGenerator<AudioFrame> {
    await Promise.resolve()
    throw new InputError('INPUT_NOT_FOUND', 'no such file')
  }
  const { run, publisher } = rig(source)
  publisher.counts = { ...publisher.counts, connected: false }
  await t.rejects(run(), { code: 'INPUT_NOT_FOUND' })
  t.same(publisher.steps, ['start', 'health', 'health', 'input_not_found', 'close'])
})

t.test('an end by our own bug is called so', async (t) => {
  const pipeline = new FakePipeline([], [])
  pipeline.push = () => {
    throw new TypeError('bug')
  }
  const { run, publisher } = rig(() => frames(1), { pipeline })
  await t.rejects(run(), TypeError)
  t.same(publisher.steps.slice(-2), ['internal_unexpected', 'close'])
})

/** A microphone whose state the test sets. */
class FakeMonitor implements CaptureMonitor {
  state: Liveness = 'starting'
  reason: string | null = 'starting'
  readonly counts = { receivedSamples: 0, lostSamples: 0, gapSamples: 0, restarts: 0, driftPpm: null }
  #listener = (): void => undefined

  onChange(listener: () => void): void {
    this.#listener = listener
  }

  become(state: Liveness, reason: string | null): void {
    this.state = state
    this.reason = reason
    this.#listener()
  }
}

t.test('a microphone is online while it is well, degraded with the reason while it is not', async (t) => {
  const monitor = new FakeMonitor()
  const source = async function* (): AsyncGenerator<AudioFrame> {
    monitor.become('healthy', null)
    yield* frames(2)
    monitor.become('stalled', 'capture_stalled')
    await settled()
    monitor.become('recovering', 'capture_device_failed')
    monitor.become('healthy', null)
    yield* frames(2, 100)
    monitor.become('stalled', 'digital_silence')
  }
  const pipeline = new FakePipeline([], [0])
  const { options, capture, clock, stop, statuses, log } = rig(source, { pipeline, canWait: false, monitor })
  const states: string[] = []
  const health = new HealthReporter(clock, 3_600_000, () => states.push(capture.state))
  await runAgent({ ...options, health }, capture, stop.signal)
  t.same(statuses, [
    ['online', null],
    ['degraded', 'capture_stalled'],
    ['degraded', 'capture_device_failed'],
    ['online', null],
    ['degraded', 'digital_silence'],
  ])
  t.same(states, ['starting', 'healthy', 'stalled', 'recovering', 'healthy', 'stalled', 'ended'])
  t.equal(log.lines.filter(({ text }) => text === 'listening').length, 2)
  t.ok(pipeline.resets >= 2, 'nothing is spliced over a gap')
})

t.test("a microphone's time is set by the machine's between sentences", async (t) => {
  const clock = new FakeClock()
  const source = async function* (): AsyncGenerator<AudioFrame> {
    yield* frames(499)
    // Ten seconds of its clock were eleven of the machine's.
    clock.advance(11_000)
    yield* frames(2, 499)
  }
  const { run, publisher } = rig(source, { pipeline: new FakePipeline([], [0, 500]), canWait: false, clock })
  const started = clock.nowMs()
  await run()
  const [first, second] = publisher.on(topics.emotion).map(({ time }) => Date.parse(String(time)))
  t.ok(Math.abs(first - started) <= 20, String(first - started))
  t.ok(second - first >= 10_900, String(second - first))
})

t.test('frames that were lost are counted', async (t) => {
  const source = async function* (): AsyncGenerator<AudioFrame> {
    yield* frames(2)
    yield* frames(2, 7)
  }
  const { run, capture } = rig(source, { canWait: false })
  await run()
  t.equal(capture.drops, 5)
})

t.test('health is reported again and again until it is stopped', async (t) => {
  const clock = new FakeClock()
  let reports = 0
  const health = new HealthReporter(clock, 1000, () => (reports += 1))
  health.start()
  clock.advance(2500)
  t.equal(reports, 3)
  health.stop()
  clock.advance(5000)
  t.equal(reports, 3)
  t.equal(clock.timers, 0)
})

t.test(
  'a microphone that nobody may listen to is let go of, and taken up again without a loss',
  async (t) => {
    const monitor = new FakeMonitor()
    const laps: AbortSignal[] = []
    const source = async function* (signal: AbortSignal): AsyncGenerator<AudioFrame> {
      laps.push(signal)
      const from = 1000 * (laps.length - 1)
      monitor.become('healthy', null)
      yield* frames(2, from)
      if (laps.length === 2) return
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    }
    const pipeline = new FakePipeline([1], [], true)
    const { run, listening, capture, statuses, publisher } = rig(source, {
      pipeline,
      canWait: false,
      monitor,
    })
    const running = run()
    await settled()
    listening.hold('request', true)
    await settled()
    t.ok(laps[0]?.aborted, 'its process ends')
    t.equal(capture.state, 'paused')
    t.equal(publisher.on(topics.emotion).length, 1, 'what was said before is judged')
    t.equal(laps.length, 1, 'and nobody listens')
    listening.hold('request', false)
    await running
    t.equal(laps.length, 2)
    t.equal(capture.drops, 0, 'what was not to be heard is not lost')
    t.same(statuses, [
      ['online', null],
      ['online', 'not_listening'],
      ['degraded', 'starting'],
      ['online', null],
    ])
  },
)

t.test('a file waits while nobody may listen, and is judged whole afterwards', async (t) => {
  const { run, listening, options, capture } = rig(() => frames(5))
  listening.hold('request', true)
  const running = run()
  await settled()
  t.equal(options.pipeline.framesSeen, 0)
  t.equal(capture.state, 'paused')
  listening.hold('request', false)
  await running
  t.equal(options.pipeline.framesSeen, 5)
})

t.test('who stops while nobody listens is not kept waiting', async (t) => {
  const { run, listening, stop, capture } = rig(() => frames(5), { canWait: false })
  listening.hold('request', true)
  const running = run()
  await settled()
  stop.abort()
  await running
  t.equal(capture.state, 'ended')
})

const ANGER: AlertRule = {
  kind: 'anger',
  score: 'angry',
  enter: 0.5,
  exit: 0.3,
  hits: 1,
  of: 1,
  withinS: 1,
  minDurationS: 0,
  cooldownS: 0,
}

/** Whether it is active, and why not. */
function alerts(publisher: FakePublisher): unknown[] {
  return publisher.on(topics.alert('anger')).map((event) => {
    const { active, evidence } = event as { active: boolean; evidence: { ended_by: string | null } }
    return [active, evidence.ended_by]
  })
}

t.test(
  'an alert is said after its decision, in one sequence with it, and ends with the stream',
  async (t) => {
    const pipeline = new FakePipeline([1, 2], [2])
    const { run, publisher } = rig(() => frames(8), { pipeline, rules: [ANGER] })
    await run()
    const events = publisher.said.filter(({ kind }) => kind !== 'state')
    t.same(
      events.map(({ topic, payload }) => [topic, (JSON.parse(payload) as { seq: number }).seq]),
      [
        [topics.emotion, 1],
        [topics.alert('anger'), 2],
        [topics.alert('anger'), 3],
      ],
    )
    t.same(alerts(publisher), [
      [true, null],
      [false, 'stream_ended'],
    ])
  },
)

t.test('an alert is over within a second once nothing is judged any more', async (t) => {
  const { run, publisher } = rig(() => frames(400), { pipeline: new FakePipeline([1], [1]), rules: [ANGER] })
  await run()
  t.same(alerts(publisher), [
    [true, null],
    [false, 'silence'],
  ])
})

t.test('who stops listening ends the alert, and so does who stops the agent', async (t) => {
  for (const [why, act] of [
    ['not_listening', ({ listening }: Rig) => void listening.hold('request', true)],
    ['shutdown', ({ stop }: Rig) => stop.abort()],
    ['restart', ({ stop }: Rig) => stop.abort(RESTART)],
  ] as const) {
    const r = rig(
      async function* () {
        yield* frames(3)
        act(r)
        await settled()
        yield* frames(1, 3)
      },
      { pipeline: new FakePipeline([1], [1]), rules: [ANGER], canWait: false },
    )
    const running = r.run()
    await settled()
    r.stop.abort(why === 'restart' ? RESTART : undefined)
    await running
    t.same(alerts(r.publisher), [
      [true, null],
      [false, why],
    ])
  }
})
