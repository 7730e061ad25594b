import { spawnSync } from 'node:child_process'
import { findProgram } from '../../../test/support/require-part.js'

export type Cut = 'both' | 'in' | 'out' | 'link'

let made = 0

/**
 * A network namespace for the agent, joined to the rest by one pair of virtual devices. Cutting it drops packets and resets
 * nothing, as a radio that is out of reach does.
 */
export class AgentNetwork {
  readonly #name: string
  readonly #outer: string
  readonly #inner: string
  #packetsCut = 0
  /** The rest of the world as the agent sees it. */
  readonly hostAddress: string

  private constructor() {
    made += 1
    const tag = `${process.pid % 100_000}x${made % 100}`
    this.#name = `chaos-${tag}`
    this.#outer = `cho${tag}`
    this.#inner = `chi${tag}`
    // 198.18.0.0/15 is kept for benchmarks (RFC 2544); a subnet of four addresses each.
    const subnet = (process.pid * 31 + made) % 16_384
    const base = `198.18.${subnet >> 6}.`
    const low = (subnet & 63) << 2
    this.hostAddress = `${base}${low + 1}`
    const agentAddress = `${base}${low + 2}`
    ip('netns', 'add', this.#name)
    ip('link', 'add', this.#outer, 'type', 'veth', 'peer', 'name', this.#inner, 'netns', this.#name)
    ip('addr', 'add', `${this.hostAddress}/30`, 'dev', this.#outer)
    ip('link', 'set', this.#outer, 'up')
    ip('-n', this.#name, 'addr', 'add', `${agentAddress}/30`, 'dev', this.#inner)
    ip('-n', this.#name, 'link', 'set', this.#inner, 'up')
    ip('-n', this.#name, 'link', 'set', 'lo', 'up')
  }

  static open(): AgentNetwork {
    return new AgentNetwork()
  }

  /** Program and arguments that run something inside. */
  get wrapper(): readonly string[] {
    return ['nsenter', `--net=/run/netns/${this.#name}`, '--']
  }

  /** Packets that were dropped by cuts which are over; where the device was taken down nobody counts them. */
  get packetsCut(): number {
    return this.#packetsCut
  }

  /** @param cut `in` and `out` as the agent sees it; `link` takes the device away from under the route */
  cut(cut: Cut): void {
    if (cut === 'link') ip('link', 'set', this.#outer, 'down')
    if (cut === 'in' || cut === 'both') this.#iptables('-A', 'INPUT', '-j', 'DROP')
    if (cut === 'out' || cut === 'both') this.#iptables('-A', 'OUTPUT', '-j', 'DROP')
  }

  heal(): void {
    ip('link', 'set', this.#outer, 'up')
    this.#packetsCut += droppedPackets(this.#iptables('-L', '-v', '-n', '-x'))
    this.#iptables('-F')
  }

  close(): void {
    // The pair goes with either end.
    ip('link', 'del', this.#outer)
    ip('netns', 'del', this.#name)
  }

  #iptables(...args: readonly string[]): string {
    // Waits for the lock that all namespaces share.
    return run([...this.wrapper, findProgram('iptables')!, '-w', ...args])
  }
}

function ip(...args: readonly string[]): void {
  run(['ip', ...args])
}

/** Of iptables' rules, each with its count first. */
function droppedPackets(list: string): number {
  const counts = [...list.matchAll(/^ *(\d+) +\d+ +DROP /gm)].map(([, count]) => Number(count))
  return counts.reduce((total, count) => total + count, 0)
}

function run([program, ...args]: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program!, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr}`)
  return stdout
}
