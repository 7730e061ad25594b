import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from './require-part.js'

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A mosquitto of its own, with a folder of its own; it can be killed and started again at the same port. */
export class Mosquitto {
  readonly folder = mkdtempSync(join(tmpdir(), 'affectd-mosquitto-'))
  #process: ChildProcess | undefined

  /** @param extraConf further lines of mosquitto.conf, FOLDER standing for its folder; anybody may connect without a `password_file` */
  constructor(
    readonly port: number,
    private readonly extraConf: readonly string[] = [],
  ) {}

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** Resolves when it accepts connections. */
  async start(): Promise<void> {
    const conf = join(this.folder, 'mosquitto.conf')
    const needsPassword = this.extraConf.some((line) => line.startsWith('password_file'))
    const lines = [
      `listener ${this.port} 127.0.0.1`,
      `allow_anonymous ${needsPassword ? 'false' : 'true'}`,
      // mosquitto gives up root unless told to stay, and then cannot write into the test's folder.
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      ...this.extraConf.map((line) => line.replaceAll('FOLDER', this.folder)),
    ]
    writeFileSync(conf, lines.join('\n') + '\n')
    const program = findProgram('mosquitto')
    if (program === undefined) throw new Error('mosquitto is not installed')
    this.#process = spawn(program, ['-c', conf], { stdio: 'ignore' })
    const exited = once(this.#process, 'exit').then(([code]) => {
      throw new Error(`mosquitto ended with ${String(code)} instead of starting`)
    })
    exited.catch(() => undefined)
    await Promise.race([accepting(this.port), exited])
  }

  /** Ends it at once, as a power cut would. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || child.exitCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }

  /** SIGSTOP freezes it, SIGCONT thaws it. */
  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal)
  }

  /** Ends it and removes its folder. */
  async remove(): Promise<void> {
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Resolves when something listens there. */
export async function accepting(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      socket.destroy()
      return
    } catch {
      // Connecting to a loopback port fails at once: this waits for the program, not for a guessed time.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}
