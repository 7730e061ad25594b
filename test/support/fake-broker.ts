import type {
  DownCause,
  IncomingMessage,
  Link,
  LinkEvents,
  LinkLimits,
  LinkOptions,
  OpenLink,
  Refusal,
} from '../../src/publish/link.js'
import type { Message } from '../../src/publish/publisher.js'

export interface Sent {
  readonly message: Message
  readonly correlationData: Uint8Array | undefined
  answer(refusal?: Refusal): void
}

/** One connection as the fake broker sees it. */
export class FakeLink implements Link {
  readonly sent: Sent[] = []
  readonly filters: string[] = []
  /** Answers the last subscription. */
  grant: (refusal?: Refusal) => void = () => undefined
  readonly unsubscribed: string[] = []
  isDestroyed = false
  isEnded = false

  constructor(
    readonly options: LinkOptions,
    private readonly events: LinkEvents,
    private readonly reply: (sent: Sent) => void,
  ) {}

  publish(
    message: Message,
    correlationData: Uint8Array | undefined,
    onDone: (refusal: Refusal | null) => void,
  ): void {
    const sent = {
      message,
      correlationData,
      answer: (refusal?: Refusal) => this.#answer(() => onDone(refusal ?? null)),
    }
    this.sent.push(sent)
    this.reply(sent)
  }

  subscribe(
    filters: readonly string[],
    _wantsRetained: boolean,
    onDone: (refusal: Refusal | null) => void,
  ): void {
    this.filters.push(...filters)
    this.grant = (refusal) => onDone(refusal ?? null)
  }

  unsubscribe(filters: readonly string[]): void {
    this.unsubscribed.push(...filters)
  }

  end(): Promise<void> {
    this.isEnded = true
    return Promise.resolve()
  }

  destroy(): void {
    this.isDestroyed = true
  }

  up(limits: Partial<LinkLimits> = {}): void {
    this.events.onUp({
      receiveMaximum: 65_535,
      maximumPacketBytes: Infinity,
      retainAvailable: true,
      // A fake one sends no pings: its silence means nothing unless a test says so.
      keepaliveS: Infinity,
      ...limits,
    })
  }

  down(cause: DownCause = { code: 'PUBLISH_UNREACHABLE', text: 'connection lost' }): void {
    this.events.onDown(cause)
  }

  /** Anything that is no message, such as the answer to a ping. */
  ping(): void {
    this.events.onHeard?.()
  }

  receive(message: Partial<IncomingMessage> & { readonly topic: string }): void {
    this.events.onHeard?.()
    this.events.onMessage({
      payload: Buffer.from('{}'),
      retain: false,
      responseTopic: undefined,
      correlationData: undefined,
      ...message,
    })
  }

  #answer(done: () => void): void {
    this.events.onHeard?.()
    done()
  }
}

/** Stands for the network: records each connection and answers publications as `reply` says. */
export class FakeBroker {
  readonly links: FakeLink[] = []
  /** By default everything is acknowledged at once. */
  reply: (sent: Sent) => void = (sent) => sent.answer()

  readonly open: OpenLink = (options, events) => {
    const link = new FakeLink(options, events, (sent) => this.reply(sent))
    this.links.push(link)
    return link
  }

  get link(): FakeLink {
    const link = this.links.at(-1)
    if (link === undefined) throw new Error('nobody has connected')
    return link
  }

  /** Payloads sent on a topic over all connections, in order. */
  payloads(topic: string): string[] {
    return this.links
      .flatMap(({ sent }) => sent)
      .filter(({ message }) => message.topic === topic)
      .map(({ message }) => message.payload)
  }
}

/** Lets everything that waits only for promises go on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
