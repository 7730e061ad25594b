import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ASOUNDRC = `
pcm.testmic { type pulse device "mic.monitor" hint { show on description "test mic" } }
ctl.testmic { type pulse }
`

/** ALSA without a sound card: a PulseAudio of its own whose null sink is heard as the capture device `testmic`. */
export class PulseMicrophone {
  readonly folder = mkdtempSync(join(tmpdir(), 'affectd-pulse-'))
  #server: ChildProcess | undefined
  #player: ChildProcess | undefined

  /** @param moreDevices further lines of ALSA's configuration */
  constructor(moreDevices = '') {
    writeFileSync(join(this.folder, '.asoundrc'), ASOUNDRC + moreDevices)
  }

  /** For programs that are to hear it. */
  get env(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: this.folder,
      XDG_RUNTIME_DIR: this.folder,
      PULSE_SERVER: `unix:${this.#socket}`,
      PULSE_RUNTIME_PATH: this.folder,
    }
  }

  get #socket(): string {
    return join(this.folder, 'socket')
  }

  /** Plugs it in: resolves when the sink is there. */
  async plugIn(): Promise<void> {
    rmSync(this.#socket, { force: true })
    this.#server = spawn(
      'pulseaudio',
      [
        ...[
          '-n',
          '--daemonize=no',
          '--exit-idle-time=-1',
          '--use-pid-file=no',
          '--disallow-exit',
          '--log-level=error',
        ],
        ...['-L', `module-native-protocol-unix auth-anonymous=1 socket=${this.#socket}`],
        ...['-L', 'module-null-sink sink_name=mic rate=16000 format=s16le channels=1'],
      ],
      { env: this.env, stdio: 'ignore' },
    )
    while (!this.#answers()) {
      if (this.#server.exitCode !== null) throw new Error('pulseaudio ended instead of starting')
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Pulls it out, as a power cut would. */
  async unplug(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined || server.exitCode !== null) return
    const exited = once(server, 'exit')
    server.kill('SIGKILL')
    await exited
  }

  /** It neither gives audio nor answers from now on. */
  hang(): void {
    this.#server?.kill('SIGSTOP')
  }

  /**
   * Plays a WAV file into it.
   *
   * @returns resolves when it has been heard to the end
   */
  async play(path: string): Promise<void> {
    this.#player = spawn('paplay', ['-d', 'mic', path], { env: this.env, stdio: 'ignore' })
    await once(this.#player, 'exit')
  }

  async remove(): Promise<void> {
    this.#player?.kill()
    await this.unplug()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #answers(): boolean {
    if (!existsSync(this.#socket)) return false
    try {
      return execFileSync('pactl', ['list', 'short', 'sinks'], {
        env: this.env,
        encoding: 'utf8',
        stdio: 'pipe',
      }).includes('mic')
    } catch {
      return false
    }
  }
}
