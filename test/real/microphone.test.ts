import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { SAMPLE_RATE_HZ } from '../../src/units.js'
import { wav16 } from '../capture/build-wav.js'
import { AffectdProcess } from '../support/affectd-process.js'
import { demoSpeech } from '../support/demo-speech.js'
import { isNaudiodonInstalled } from '../support/naudiodon.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { PulseMicrophone } from '../support/pulse.js'
import { skipUnless, skipUnlessPart } from '../support/require-part.js'

// Real ALSA, real PortAudio, real arecord; only the sound card is PulseAudio's.
const SOURCES = ['portaudio:testmic', 'arecord:testmic'] as const

// Ten pulls of the plug, speech in real time: about two minutes.
t.setTimeout(300_000)

const needs = [skipUnless('pulseaudio'), skipUnless('arecord'), skipUnless('mosquitto')]
const needsNative = skipUnlessPart('naudiodon', isNaudiodonInstalled())
const skip = [...needs, needsNative].find((part) => part.skip !== false) ?? { skip: false as const }

interface Rig {
  readonly microphone: PulseMicrophone
  readonly tap: MqttTap
  readonly agent: AffectdProcess
  /** `status` messages so far: state and reason. */
  statuses(): string[]
  health(): Record<string, unknown>
}

async function rig(t: Test, source: string, settings: readonly string[] = []): Promise<Rig> {
  const microphone = new PulseMicrophone()
  t.teardown(() => microphone.remove())
  await microphone.plugIn()
  const broker = new Mosquitto(await freePort())
  await broker.start()
  t.teardown(() => broker.remove())
  const tap = await MqttTap.open(broker.url, 'affectd/mic/#')
  t.teardown(() => tap.close())
  const all = [
    'device.id=mic',
    `mqtt.url=${broker.url}`,
    `device.state_dir=${join(microphone.folder, 'state')}`,
    'affect.adaptation.mode=off',
    ...settings,
  ]
  const agent = new AffectdProcess(
    ['run', '--source', source, ...all.flatMap((setting) => ['--set', setting])],
    microphone.env,
  )
  t.teardown(async () => {
    agent.child.kill('SIGKILL')
    await agent.exited
  })
  const on = (topic: string): Record<string, unknown>[] =>
    tap.heard
      .filter((message) => message.topic.endsWith(`/${topic}`))
      .map(({ payload }) => JSON.parse(payload) as Record<string, unknown>)
  return {
    microphone,
    tap,
    agent,
    statuses: () => on('status').map(({ state, reason }) => `${String(state)} ${String(reason)}`),
    health: () => on('health').at(-1) ?? {},
  }
}

function untilStatus({ tap, statuses }: Rig, wanted: (last: string) => boolean): Promise<void> {
  return tap.until(() => wanted(statuses().at(-1) ?? ''))
}

const isOnline = (status: string): boolean => status === 'online null'
const isDegraded = (status: string): boolean => status.startsWith('degraded') && !status.endsWith('starting')

/** Processes below this one. */
function childrenOf(pid: number | undefined): string[] {
  try {
    return execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/)
  } catch {
    return []
  }
}

async function sentences(t: Test): Promise<string> {
  const speech = await demoSpeech()
  const path = join(t.testdir(), 'speech.wav')
  // From the recording's second voice on, whose emotion is plain; silence around it.
  const samples = Array.from({ length: 9 * SAMPLE_RATE_HZ }, (_, i) =>
    i < SAMPLE_RATE_HZ || i >= 8 * SAMPLE_RATE_HZ ? 0 : speech(6 * SAMPLE_RATE_HZ + i),
  )
  writeFileSync(path, wav16(samples))
  return path
}

for (const source of SOURCES) {
  t.test(`speech at ${source} is decided as from the file`, { ...skip, timeout: 60_000 }, async (t) => {
    const clip = await sentences(t)
    const r = await rig(t, source)
    await untilStatus(r, isOnline)
    await r.microphone.play(clip)
    const expected = execFileSync(
      process.execPath,
      [join(import.meta.dirname, '..', '..', 'bin', 'affectd.js'), 'analyze', '--json', clip],
      { encoding: 'utf8' },
    )
    const decided = (lines: readonly string[]): Record<string, number>[] =>
      lines.map((line) => (JSON.parse(line) as { probabilities: Record<string, number> }).probabilities)
    const fromFile = decided(expected.trim().split('\n'))
    t.ok(fromFile.length >= 2)
    const emotions = (): string[] =>
      r.tap.heard.filter(({ topic }) => topic.endsWith('/emotion')).map(({ payload }) => payload)
    await r.tap.until(() => emotions().length >= fromFile.length)
    const heard = decided(emotions())
    t.equal(heard.length, fromFile.length)
    heard.forEach((probabilities, n) => {
      const [ours, theirs] = [probabilities, fromFile[n] as Record<string, number>]
      t.equal(argmax(ours), argmax(theirs), JSON.stringify([ours, theirs]))
      // Frames begin elsewhere in the speech, up to 10 ms earlier or later: of a file that moves them up to 0.22.
      const apart = Math.max(
        ...Object.keys(theirs).map((label) => Math.abs((ours[label] ?? 0) - (theirs[label] ?? 0))),
      )
      t.ok(apart < 0.3, `${apart} apart`)
    })
  })

  t.test(
    `${source} comes back when its process is killed or stopped`,
    { ...skip, timeout: 90_000 },
    async (t) => {
      const r = await rig(t, source)
      await untilStatus(r, isOnline)
      for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
        const [child] = childrenOf(r.agent.child.pid)
        const hitMs = performance.now()
        process.kill(Number(child), signal)
        await untilStatus(r, isDegraded)
        const degradedMs = performance.now() - hitMs
        t.ok(degradedMs < 5000, `${signal}: degraded after ${degradedMs} ms`)
        await untilStatus(r, isOnline)
        const backMs = performance.now() - hitMs
        t.ok(backMs < 10_000, `${signal}: online after ${backMs} ms`)
        t.same(childrenOf(r.agent.child.pid).length, 1)
        t.not(childrenOf(r.agent.child.pid)[0], child)
      }
      t.ok(Number(r.health()['capture_drops']) > 0, 'the gap is counted')
    },
  )
}

t.test(
  'an agent that is killed leaves no capture process, even if the sound server hangs',
  { ...skip, timeout: 60_000 },
  async (t) => {
    const r = await rig(t, 'portaudio:testmic')
    await untilStatus(r, isOnline)
    const [child] = childrenOf(r.agent.child.pid)
    const isAlive = (): boolean => existsSync(`/proc/${child}`)
    t.teardown(() => {
      if (isAlive()) process.kill(Number(child), 'SIGKILL')
    })
    r.microphone.hang()
    r.agent.child.kill('SIGKILL')
    while (isAlive()) await new Promise((resolve) => setTimeout(resolve, 50))
    t.equal(await r.agent.exited, -1)
  },
)

t.test(
  'a microphone that is pulled out ten times comes back ten times',
  { ...skip, timeout: 240_000 },
  async (t) => {
    const r = await rig(t, 'portaudio:testmic')
    await untilStatus(r, isOnline)
    const { pid } = r.agent.child
    const handles = (): number => readdirSync(`/proc/${pid}/fd`).length
    const memoryKb = (): number =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
    let first = { handles: 0, memoryKb: 0 }
    for (let time = 1; time <= 10; time++) {
      await r.microphone.unplug()
      const outMs = performance.now()
      await untilStatus(r, isDegraded)
      t.ok(performance.now() - outMs < 5000, `${time}: degraded after ${performance.now() - outMs} ms`)
      await r.microphone.plugIn()
      const inMs = performance.now()
      await untilStatus(r, isOnline)
      t.ok(performance.now() - inMs < 10_000, `${time}: online after ${performance.now() - inMs} ms`)
      t.equal(childrenOf(pid).length, 1, 'one capture process')
      if (time === 2) first = { handles: handles(), memoryKb: memoryKb() }
    }
    t.ok(handles() <= first.handles + 1, `${first.handles} handles, then ${handles()}`)
    t.ok(memoryKb() < first.memoryKb + 15_000, `${first.memoryKb} kB, then ${memoryKb()}`)
    r.agent.child.kill('SIGTERM')
    t.equal(await r.agent.exited, 0)
  },
)

t.test('a microphone that gives digital zeros is told', { ...skip, timeout: 60_000 }, async (t) => {
  // An idle null sink gives nothing else.
  const r = await rig(t, 'arecord:testmic', ['capture.fault_after_s=3'])
  await untilStatus(r, (status) => status === 'degraded digital_silence')
  await r.microphone.play(await sentences(t))
  t.ok(r.statuses().includes('online null'))
})

t.test(
  'a device that is not there is told with what there is, and waited for',
  { ...skip, timeout: 60_000 },
  async (t) => {
    const r = await rig(t, 'portaudio:nosuchmic')
    await untilStatus(r, isDegraded)
    await r.agent.until(() => r.agent.stderr.includes("no capture device 'nosuchmic'; choose one of: "))
    t.match(r.agent.stderr, /testmic/)
    t.equal(r.agent.child.exitCode, null)
  },
)

function argmax(probabilities: Readonly<Record<string, number>>): string | undefined {
  return Object.entries(probabilities).sort(([, a], [, b]) => b - a)[0]?.[0]
}
