import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '../../../training/src/random.js'
import { freePort, Mosquitto } from '../../../test/support/mosquitto.js'
import { MqttTap } from '../../../test/support/mqtt-tap.js'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import { MeasuredProcess, startAgent, type AgentProcess, type Usage } from '../agent-process.js'
import { wavOf, type BenchInput } from '../input.js'
import { quantile } from '../measure.js'
import { fixed, type Effort, type Section } from '../section.js'

const WARM_UP_MS = 4000
/** Windows five times a second where only their delay is measured: more of them in the same time. */
const LATENCY_HOP_MS = 200
/** −65 dBFS of noise: no digital silence, which a microphone never gives. */
const NOISE_AMPLITUDE = 1e-3

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Everything that a run of the agent needs, gone when it is closed. */
export class AgentBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'affectd-bench-'))
  #ids = 0

  private constructor(readonly broker: Mosquitto) {}

  static async open(): Promise<AgentBench> {
    const broker = new Mosquitto(await freePort())
    await broker.start()
    return new AgentBench(broker)
  }

  async close(): Promise<void> {
    await this.broker.remove()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** @returns path of the samples, repeated up to so many seconds */
  recording(name: string, samples: Float32Array, seconds: number): string {
    const path = join(this.folder, `${name}.wav`)
    writeFileSync(path, wavOf(samples, seconds))
    return path
  }

  /** @param query `pace=…&loop=…` */
  start(path: string, query: string, settings: readonly string[] = [], core?: number): AgentProcess {
    const id = `bench-${++this.#ids}`
    const all = [
      `device.id=${id}`,
      `mqtt.url=${this.broker.url}`,
      `device.state_dir=${join(this.folder, id)}`,
      ...settings,
    ]
    return startAgent(
      ['run', '--source', `file:${path}?${query}`, ...all.flatMap((setting) => ['--set', setting])],
      core,
    )
  }
}

/** The whole agent as it is installed, publishing to mosquitto. */
export async function benchAgent({ speech }: BenchInput, effort: Effort): Promise<Section> {
  const bench = await AgentBench.open()
  try {
    const random = createRandom(1)
    const noise = Float32Array.from(
      { length: 60 * SAMPLE_RATE_HZ },
      () => (2 * random.next() - 1) * NOISE_AMPLITUDE,
    )
    const loops = {
      speech: bench.recording('speech', speech, speech.length / SAMPLE_RATE_HZ),
      silence: bench.recording('silence', noise, 60),
    }
    const fast = await atFullSpeed(
      bench,
      bench.recording('long', speech, effort.fastAudioS),
      effort.fastAudioS,
    )
    const starts: number[] = []
    for (let n = 0; n < effort.starts; n++) starts.push(await startMs(bench, loops.silence))
    const inSilence = await atPace(bench, loops.silence, effort.paceS)
    const inSpeech = await atPace(bench, loops.speech, effort.paceS)
    const bareCpuPercent = await bareTimer(effort.paceS / 4)
    const delays = await delaysMs(bench, loops.speech, effort.paceS)
    const rows: [string, string][] = [
      ['speech at full speed on one core', `${fixed(fast.realTime, 0)} × real time`],
      ['CPU at real-time pace, speech', `${fixed(inSpeech.cpuPercent)} % of a core`],
      ['CPU at real-time pace, silence', `${fixed(inSilence.cpuPercent)} % of a core`],
      ['CPU of a bare Node that wakes as often', `${fixed(bareCpuPercent)} % of a core`],
      ['resident memory after warm-up, silence', `${fixed(inSilence.rssMb, 1)} MB`],
      ['resident memory after warm-up, speech', `${fixed(inSpeech.rssMb, 1)} MB`],
      [
        `resident memory after ${fixed(effort.fastAudioS / 60, 0)} min of speech`,
        `${fixed(fast.rssMb, 1)} MB`,
      ],
      ['start to first frame heard, median of ' + starts.length, `${fixed(quantile(starts, 0.5), 0)} ms`],
      [`last sample to subscriber, p50 of ${delays.length}`, `${fixed(quantile(delays, 0.5), 1)} ms`],
      ['last sample to subscriber, p99', `${fixed(quantile(delays, 0.99), 1)} ms`],
      ['wake-ups a second in silence', fixed(inSilence.wakeUpsPerSecond, 1)],
      ['written to disk an hour, silence', `${fixed(inSilence.writtenBytesPerHour / 1024, 0)} kB`],
    ]
    return {
      id: 'agent',
      title: 'Agent',
      notes: [
        `The installed program with its defaults, mosquitto on the same machine. Speech: ${fixed(speech.length / SAMPLE_RATE_HZ, 0)} s without a pause, over and over; silence: noise at −65 dBFS. ` +
          `${fixed(effort.paceS, 0)} s for each figure at real-time pace, after ${WARM_UP_MS / 1000} s of warm-up. Delays with a window every ${LATENCY_HOP_MS} ms; they hold the compute of a window.`,
      ],
      head: ['measured', 'value'],
      rows,
      figures: {
        realTime: fast.realTime,
        rssAfterLongMb: fast.rssMb,
        speechCpuPercent: inSpeech.cpuPercent,
        silenceCpuPercent: inSilence.cpuPercent,
        bareTimerCpuPercent: bareCpuPercent,
        rssWarmMb: Math.max(inSilence.rssMb, inSpeech.rssMb),
        startMs: quantile(starts, 0.5),
        delayP50Ms: quantile(delays, 0.5),
        delayP99Ms: quantile(delays, 0.99),
        wakeUpsPerSecond: inSilence.wakeUpsPerSecond,
        writtenBytesPerHour: inSilence.writtenBytesPerHour,
      },
    }
  } finally {
    await bench.close()
  }
}

async function atFullSpeed(
  bench: AgentBench,
  recording: string,
  seconds: number,
): Promise<{ realTime: number; rssMb: number }> {
  const agent = bench.start(recording, 'pace=fast', [], 0)
  await agent.listening()
  const started = performance.now()
  let last: Usage = agent.usage()
  // The last one before it ends stands.
  const watch = setInterval(() => {
    try {
      last = agent.usage()
    } catch {
      clearInterval(watch)
    }
  }, 100)
  await agent.done()
  clearInterval(watch)
  return { realTime: (1000 * seconds) / (performance.now() - started), rssMb: last.rssMb }
}

interface Paced {
  readonly cpuPercent: number
  readonly rssMb: number
  readonly wakeUpsPerSecond: number
  readonly writtenBytesPerHour: number
}

async function atPace(bench: AgentBench, recording: string, seconds: number): Promise<Paced> {
  const agent = bench.start(recording, 'pace=realtime&loop=1')
  await agent.listening()
  await pause(WARM_UP_MS)
  const before = agent.usage()
  const started = performance.now()
  await pause(1000 * seconds)
  const after = agent.usage()
  const tookMs = performance.now() - started
  await agent.stop()
  return {
    cpuPercent: (100 * (after.cpuMs - before.cpuMs)) / tookMs,
    rssMb: after.rssMb,
    wakeUpsPerSecond: (1000 * (after.wakeUps - before.wakeUps)) / tookMs,
    writtenBytesPerHour: ((after.writtenBytes - before.writtenBytes) * 3_600_000) / tookMs,
  }
}

/** What the machine takes for a timer of 20 ms in a Node that does nothing else. */
async function bareTimer(seconds: number): Promise<number> {
  const bare = new MeasuredProcess([process.execPath, '-e', 'setInterval(() => {}, 20)'])
  await pause(1000)
  const before = bare.usage()
  const started = performance.now()
  await pause(1000 * seconds)
  const cpuMs = bare.usage().cpuMs - before.cpuMs
  const tookMs = performance.now() - started
  await bare.stop()
  return (100 * cpuMs) / tookMs
}

async function startMs(bench: AgentBench, recording: string): Promise<number> {
  const agent = bench.start(recording, 'pace=realtime&loop=1')
  const tookMs = await agent.listening()
  await agent.stop()
  return tookMs
}

/** From the moment at which a window's last sample was due to the event at a subscriber. */
async function delaysMs(bench: AgentBench, recording: string, seconds: number): Promise<number[]> {
  const tap = await MqttTap.open(bench.broker.url, 'affectd/+/emotion')
  const delays: number[] = []
  tap.client.on('message', (_, payload) => {
    const now = performance.timeOrigin + performance.now()
    const { time } = JSON.parse(payload.toString()) as { time: string }
    delays.push(now - Date.parse(time))
  })
  const agent = bench.start(recording, 'pace=realtime&loop=1', [`gate.window_hop_ms=${LATENCY_HOP_MS}`])
  await agent.listening()
  await pause(WARM_UP_MS)
  delays.length = 0
  await pause(1000 * seconds)
  await agent.stop()
  await tap.close()
  return delays
}
