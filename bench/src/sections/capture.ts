import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nextMessage, startPortaudio } from '../../../src/capture/portaudio-process.js'
import { CaptureError } from '../../../src/errors.js'
import { fixed, type Section } from '../section.js'

const MB = 1024
const OPEN_MS = 10_000
const SETTLED_MS = 1500

interface Memory {
  readonly rssMb: number
  /** Its own: the rest is pages of files, which it shares with the agent and everybody else. */
  readonly ownMb: number
}

/** What the process costs in which PortAudio captures; the device is ALSA's null. */
export async function benchCapture(): Promise<Section> {
  const home = mkdtempSync(join(tmpdir(), 'affectd-capture-'))
  writeFileSync(join(home, '.asoundrc'), 'pcm.nullmic { type null hint { show on description "null" } }\n')
  try {
    const plugged = await memoryOf({ HOME: home })
    const plain = await memoryOf({ HOME: home, ALSA_PLUGIN_DIR: join(home, 'none') })
    const row = (name: string, { rssMb, ownMb }: Memory): string[] => [
      name,
      `${fixed(rssMb, 1)} MB`,
      `${fixed(ownMb, 1)} MB`,
    ]
    return {
      id: 'capture',
      title: 'Capture process',
      notes: [
        'naudiodon in its process, capturing from ALSA’s null device. PortAudio loads every plugin that ALSA has when it looks for devices; a board without a desktop has none.',
      ],
      head: ['measured', 'resident', 'of that its own'],
      rows: [row('without ALSA plugins', plain), row('with the plugins installed here', plugged)],
      figures: { plainRssMb: plain.rssMb, pluggedRssMb: plugged.rssMb, ownMb: plain.ownMb },
    }
  } catch (error) {
    if (!(error instanceof CaptureError && error.code === 'CAPTURE_NO_PORTAUDIO')) throw error
    return {
      id: 'capture',
      title: 'Capture process',
      notes: [error.message],
      head: ['measured'],
      rows: [],
      figures: {},
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

async function memoryOf(env: NodeJS.ProcessEnv): Promise<Memory> {
  const before = { ...process.env }
  Object.assign(process.env, env)
  const portaudio = startPortaudio()
  process.env = before
  const { child } = portaudio.process
  try {
    child.send({ device: 'nullmic', channels: 1 })
    await nextMessage(portaudio, AbortSignal.timeout(OPEN_MS))
    portaudio.audio.resume()
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS))
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
    const mb = (label: string): number => Number(new RegExp(`${label}:\\s+(\\d+)`).exec(status)?.[1]) / MB
    return { rssMb: mb('VmRSS'), ownMb: mb('RssAnon') }
  } finally {
    await portaudio.process.close()
  }
}
