import t from 'tap'
import type { SoakOutcome } from '../../../bench/src/soak/run-soak.js'
import { judgeSoak, sampleLine, soakMarkdown } from '../../../bench/src/soak/soak-report.js'
import type { SoakSample } from '../../../bench/src/soak/soak-sample.js'

const MB = 1e6
const COUNTS = { writes: 9, bytes: 4096, syncs: 3, names: 2 }

function sample(hour: number, part: Partial<SoakSample> = {}): SoakSample {
  return {
    clock_h: hour,
    audio_h: hour,
    rss_bytes: 100 * MB,
    rss_max_bytes: 110 * MB,
    threads: 11,
    descriptors: 27,
    io_write_bytes: 4096,
    io_wchar: 5000,
    io_syscw: 60,
    heap_used_bytes: 25 * MB,
    heap_total_bytes: 30 * MB,
    external_bytes: 5 * MB,
    array_buffers_bytes: 2 * MB,
    delay_p50_ms: 0.1,
    delay_p99_ms: 4,
    delay_max_ms: 20,
    cpu_s: 20 * hour,
    handles: { TCPSocketWrap: 1, PipeWrap: 1, Timeout: 9 + (hour % 3) },
    events: 100 * hour,
    repeated: 0,
    outbox_depth: 0,
    outbox_dropped: 0,
    outbox_store: 'disk',
    faults: hour,
    disk: COUNTS,
    ...part,
  }
}

function outcome(
  change: (sample: SoakSample) => Partial<SoakSample>,
  part: Partial<SoakOutcome> = {},
): SoakOutcome {
  const plain = Array.from({ length: 24 }, (_, n) => sample(n + 1))
  return {
    samples: plain.map((one) => ({ ...one, ...change(one) })),
    faults: { broker_killed: 3 },
    audio_seconds: { speech: 4000, pause: 5000, noise: 100, silence: 10 },
    events: 2400,
    lost: 0,
    repeated: 2,
    out_of_order: 0,
    boots: 1,
    responses: 7,
    heard: { emotion: 2402 },
    disk: { outbox: COUNTS },
    took_s: 60,
    drain_ms: 20,
    troubles: [],
    ...part,
  }
}

const unmet = (one: SoakOutcome): string[] =>
  judgeSoak(one)
    .filter(({ isMet }) => !isMet)
    .map(({ what }) => what.split(/[:,(]/, 1)[0]!.trim())

t.test('a soak is good where nothing grows, whatever the first quarter takes', async (t) => {
  t.same(unmet(outcome(() => ({}))), [])
  t.same(unmet(outcome(({ audio_h: hour }) => (hour < 6 ? { rss_bytes: 80 * MB, threads: 7 } : {}))), [])
})

t.test('growth of memory, of a handle, of a timer or of threads is found', async (t) => {
  const late = (part: Partial<SoakSample>) => unmet(outcome(({ audio_h: hour }) => (hour >= 18 ? part : {})))
  t.same(late({ rss_bytes: 104.9 * MB }), [])
  t.same(late({ rss_bytes: 105.1 * MB }), ["RSS of the last quarter within 5 % of the second's"])
  t.same(late({ descriptors: 28 }), ['open descriptors'])
  t.same(late({ handles: { TCPSocketWrap: 2, PipeWrap: 1, Timeout: 9 } }), ['active handles'])
  t.same(late({ handles: { TCPSocketWrap: 1, PipeWrap: 1, Timeout: 10 } }), ['timers'])
  t.same(late({ handles: { TCPSocketWrap: 1, PipeWrap: 1, Timeout: 9, FSReqPromise: 4 } }), [])
  t.same(late({ threads: 12 }), ['threads'])
})

t.test(
  'an event that is lost, dropped or out of order, and a process that ends, are no good soak',
  async (t) => {
    t.same(unmet(outcome(() => ({}), { lost: 1 })), ['events lost'])
    t.same(unmet(outcome(() => ({}), { out_of_order: 1 })), ['events out of order'])
    t.same(unmet(outcome(() => ({ outbox_dropped: 1 }))), ['events dropped by the outbox'])
    t.equal(unmet(outcome(() => ({}), { boots: 2 })).length, 1)
    t.equal(unmet(outcome(() => ({}), { troubles: ['it ended with 1'] })).length, 1)
  },
)

t.test('the report says what it was, and what was found', async (t) => {
  const soak = outcome(() => ({}))
  const markdown = soakMarkdown({
    ...soak,
    ...{ date: '2026-11-26', command: 'npm run soak', hours: 24, speed: 40, seed: 1 },
    machine: { cpu: 'cpu', cores: 2, node: 'v20', commit: 'abc' },
    verdict: judgeSoak(soak),
  })
  t.match(markdown, /## Good/)
  t.match(markdown, /commit abc, seed 1/)
  t.match(markdown, /\| CPU, s an hour of audio \| 20\.0 \| 20\.0 \| 20\.0 \| 20\.0 \|/)
  t.match(markdown, /\| outbox \| 0\.2 \| 0\.4 \| 0\.1 \| 0\.1 \|/)
  t.notMatch(markdown, /NaN|undefined/)
  t.match(sampleLine(sample(2)), /2\.00 h, RSS 100\.0 MB/)
})
