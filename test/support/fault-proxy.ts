import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

/**
 * What the way to the broker does.
 *
 * | mode        | bytes                                                | sockets |
 * | ----------- | ---------------------------------------------------- | ------- |
 * | `pass`      | go through                                           | open |
 * | `stall`     | are held back both ways, and go on when it passes    | open |
 * | `drop`      | are swallowed both ways, for good                    | open |
 * | `deaf`      | reach the broker; what it answers is swallowed       | open |
 * | `mute`      | of the broker come through; those of the client are swallowed | open |
 * | `slow`      | come one at a time, `slowMs` apart                   | open |
 * | `half_open` | are swallowed                                        | the broker's is closed, the client is not told |
 * | `reset`     | none                                                 | reset at once, new ones as soon as they come |
 * | `garbage`   | of the broker are replaced by as many random ones    | open |
 *
 * A connection that lost bytes (`drop`, `deaf`, `mute`, `half_open`, `garbage`) is torn for good: it stays as it is when the mode
 * changes to `pass`, while a new connection passes.
 */
export type FaultMode =
  'pass' | 'stall' | 'drop' | 'deaf' | 'mute' | 'slow' | 'half_open' | 'reset' | 'garbage'

const TEARING: ReadonlySet<FaultMode> = new Set(['drop', 'deaf', 'mute', 'half_open', 'garbage'])

interface Pair {
  readonly client: Socket
  readonly broker: Socket
  /** The mode that tore it, from then on its own. */
  torn: FaultMode | undefined
}

/** A TCP relay on a port of its own in front of a broker, which can be told to misbehave, also while it is used. */
export class FaultProxy {
  /** Connections accepted so far. */
  accepted = 0
  /** Pause between two bytes of the mode `slow`. */
  slowMs = 1
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  #mode: FaultMode = 'pass'
  #onPass: (() => void)[] = []

  private constructor(private readonly targetPort: number) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client))
  }

  /** @param targetPort the broker's port on 127.0.0.1; nothing need listen there yet */
  static async open(targetPort: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** @param scheme of the URL: `mqtt`, `mqtts`, `ws`, `wss` */
  url(scheme = 'mqtt'): string {
    return `${scheme}://127.0.0.1:${this.port}`
  }

  /** Connections that are open towards the client. */
  get open(): number {
    return this.#pairs.size
  }

  get mode(): FaultMode {
    return this.#mode
  }

  set mode(mode: FaultMode) {
    this.#mode = mode
    for (const pair of this.#pairs) this.#apply(pair)
    if (mode === 'stall') return
    for (const goOn of this.#onPass.splice(0)) goOn()
  }

  async close(): Promise<void> {
    this.mode = 'reset'
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(client: Socket): void {
    this.accepted += 1
    const broker = connect({ port: this.targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const pair: Pair = { client, broker, torn: undefined }
    this.#pairs.add(pair)
    this.#relay(pair, client, broker)
    this.#relay(pair, broker, client)
    client.on('close', () => {
      this.#pairs.delete(pair)
      broker.destroy()
    })
    broker.on('close', () => {
      if (pair.torn !== 'half_open') client.destroy()
    })
    this.#apply(pair)
  }

  #apply(pair: Pair): void {
    if (pair.torn === undefined && TEARING.has(this.#mode)) pair.torn = this.#mode
    if (this.#mode === 'reset') {
      reset(pair.client)
      pair.broker.destroy()
    } else if (pair.torn === 'half_open') pair.broker.destroy()
  }

  #relay(pair: Pair, from: Socket, to: Socket): void {
    const isAnswer = from === pair.broker
    from.on('error', () => undefined)
    from.on('end', () => to.end())
    from.on('data', (bytes) => {
      from.pause()
      void this.#pass(pair, bytes, to, isAnswer).then(() => from.resume())
    })
  }

  async #pass(pair: Pair, bytes: Buffer, to: Socket, isAnswer: boolean): Promise<void> {
    if (this.#mode === 'stall') await new Promise<void>((resolve) => this.#onPass.push(resolve))
    const mode = pair.torn ?? this.#mode
    if (mode === 'drop' || mode === 'half_open' || mode === (isAnswer ? 'deaf' : 'mute')) return
    if (mode === 'garbage' && isAnswer) to.write(randomBytes(bytes.length))
    else if (mode === 'slow') await this.#trickle(bytes, to)
    else to.write(bytes)
  }

  async #trickle(bytes: Buffer, to: Socket): Promise<void> {
    for (let i = 0; i < bytes.length && !to.destroyed; i++) {
      to.write(bytes.subarray(i, i + 1))
      await new Promise((resolve) => setTimeout(resolve, this.slowMs))
    }
  }
}

/** A reset while a write or an end is under way leaves Node 20 waiting for it for ever when the process ends. */
function reset(socket: Socket): void {
  if (socket.writableEnded || socket.writableLength > 0) socket.destroy()
  else socket.resetAndDestroy()
}
