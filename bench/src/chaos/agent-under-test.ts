import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { agentSteps, type Note } from './agent-log.js'
import type { AudioFeed } from './audio-feed.js'
import type { AgentProcessLog } from './stories.js'

const BIN = fileURLToPath(new URL('../../../bin/affectd.js', import.meta.url))
/** As a service manager does it. */
const RESTART_MS = 500

export interface AgentOptions {
  /** Where the logs go. */
  readonly folder: string
  /** `device.state_dir` */
  readonly stateFolder: string
  /** `key=value` */
  readonly settings: readonly string[]
  /** Program and arguments that run it in surroundings of its own, and its environment. */
  readonly wrapper: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly feed: AudioFeed
}

/** The installed agent, started anew whenever its process ends, as a service manager would. */
export class AgentUnderTest {
  readonly #logs: { readonly path: string; readonly notes: Note[] }[] = []
  #child: ChildProcess | undefined
  #exited: Promise<void> = Promise.resolve()
  #holds = 0
  #restart: NodeJS.Timeout | undefined
  #isEnding = false
  #wasAsked = false
  /** Times that a process ended by itself, with what status. */
  readonly ownEnds: number[] = []

  constructor(private readonly options: AgentOptions) {}

  get processes(): number {
    return this.#logs.length
  }

  start(): void {
    const { folder, settings, wrapper, env, feed } = this.options
    const log = join(folder, `agent-${this.#logs.length + 1}.log`)
    this.#logs.push({ path: log, notes: [] })
    const all = [...settings, 'log.level=debug', 'log.format=json'].flatMap((setting) => ['--set', setting])
    const command = [...wrapper, process.execPath, BIN, 'run', '--source', 'stdin', ...all]
    // A file, not a pipe: what the process wrote before it was killed is there, and nobody has to read it in time.
    const stderr = openSync(log, 'w')
    const child = spawn(command[0]!, command.slice(1), {
      stdio: ['pipe', 'ignore', stderr],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    })
    closeSync(stderr)
    child.stdin!.on('error', () => undefined)
    this.#child = child
    this.#wasAsked = false
    if (this.#isEnding) child.stdin!.end()
    else feed.listener = child.stdin!
    this.#exited = new Promise((resolve) => {
      child.on('close', (code) => {
        this.#ended(code)
        resolve()
      })
    })
  }

  /** Ends the process, which is then started anew unless it is held. Resolves when it is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#wasAsked = true
    this.#child?.kill(signal)
    await this.#exited
  }

  /** Ends it, and keeps it down until the hold is let go. */
  async hold(signal: NodeJS.Signals): Promise<void> {
    this.#holds += 1
    this.#cancelRestart()
    await this.kill(signal)
  }

  release(): void {
    this.#holds -= 1
    this.#startAgain(0)
  }

  /** Lets the audio end; the agent is to deliver what it has and to end. Resolves to whether it did within the time. */
  async finish(timeoutMs: number): Promise<boolean> {
    this.#isEnding = true
    const limit = AbortSignal.timeout(timeoutMs)
    this.#child?.stdin?.end()
    while (this.#child !== undefined || this.#restart !== undefined) {
      if (limit.aborted) return false
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return true
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.#isEnding = true
    await this.hold('SIGKILL')
  }

  /** Puts something between what the log says already and what it will say. */
  note(kind: Note['step']['kind']): void {
    const log = this.#logs.at(-1)
    log?.notes.push({ atByte: statSync(log.path).size, step: { kind } })
  }

  logs(): AgentProcessLog[] {
    return this.#logs.map(({ path, notes }) => ({ steps: agentSteps(readFileSync(path, 'utf8'), notes) }))
  }

  #ended(code: number | null): void {
    this.#child = undefined
    if (this.#wasAsked) this.#forgetCrash()
    this.options.feed.listener = undefined
    if (!this.#wasAsked && !(this.#isEnding && code === 0)) this.ownEnds.push(code ?? -1)
    if (!(this.#isEnding && code === 0)) this.#startAgain(RESTART_MS)
  }

  /** It was killed on purpose, again and again: that is no crash loop, from which the agent would rest for minutes. */
  #forgetCrash(): void {
    try {
      rmSync(join(this.options.stateFolder, 'run.json'), { force: true })
    } catch {
      // On a disk that cannot be written nothing was counted.
    }
  }

  #cancelRestart(): void {
    clearTimeout(this.#restart)
    this.#restart = undefined
  }

  #startAgain(delayMs: number): void {
    if (this.#holds > 0 || this.#child !== undefined || this.#restart !== undefined) return
    this.#restart = setTimeout(() => {
      this.#restart = undefined
      if (this.#holds === 0) this.start()
    }, delayMs)
  }
}
