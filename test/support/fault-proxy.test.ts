import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import t, { type Test } from 'tap'
import { FaultProxy } from './fault-proxy.js'

/** A server that sends back what it hears, a proxy in front of it, and a client that writes down what comes. */
async function rig(t: Test): Promise<{ proxy: FaultProxy; dial: () => Promise<Dialled> }> {
  const server = createServer((socket) => socket.on('error', () => undefined).pipe(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await FaultProxy.open((server.address() as AddressInfo).port)
  t.teardown(async () => {
    await proxy.close()
    server.close()
  })
  return { proxy, dial: () => Dialled.open(proxy.port) }
}

class Dialled {
  heard = ''
  isClosed = false
  readonly #waiters = new Set<() => void>()

  private constructor(readonly socket: Socket) {
    const check = (): void => this.#waiters.forEach((waiter) => waiter())
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.heard += text
      check()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.isClosed = true
      check()
    })
  }

  static async open(port: number): Promise<Dialled> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new Dialled(socket)
  }

  until(isEnough: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (isEnough()) resolve()
      }
      this.#waiters.add(check)
      check()
    })
  }
}

t.test('what is stalled goes on when it passes, nothing of it lost', async (t) => {
  const { proxy, dial } = await rig(t)
  const client = await dial()
  client.socket.write('a')
  await client.until(() => client.heard === 'a')
  proxy.mode = 'stall'
  client.socket.write('b')
  const other = await dial()
  other.socket.write('x')
  await new Promise((resolve) => setTimeout(resolve, 30))
  t.same([client.heard, other.heard], ['a', ''])
  proxy.mode = 'pass'
  await client.until(() => client.heard === 'ab')
  await other.until(() => other.heard === 'x')
  t.equal(proxy.accepted, 2)
})

t.test('a connection that lost bytes stays torn, and a new one passes', async (t) => {
  for (const mode of ['drop', 'deaf', 'half_open'] as const) {
    const { proxy, dial } = await rig(t)
    const torn = await dial()
    torn.socket.write('a')
    await torn.until(() => torn.heard === 'a')
    proxy.mode = mode
    torn.socket.write('b')
    await new Promise((resolve) => setTimeout(resolve, 30))
    proxy.mode = 'pass'
    torn.socket.write('c')
    const fresh = await dial()
    fresh.socket.write('x')
    await fresh.until(() => fresh.heard === 'x')
    t.equal(torn.heard, 'a', mode)
    t.notOk(torn.isClosed, mode)
  }
})

t.test('a reset closes, garbage is no echo, and what is slow comes whole', async (t) => {
  const { proxy, dial } = await rig(t)
  const slow = await dial()
  proxy.mode = 'slow'
  slow.socket.write('0123456789')
  await slow.until(() => slow.heard === '0123456789')
  proxy.mode = 'garbage'
  slow.socket.write('0123456789'.repeat(10))
  await slow.until(() => slow.heard.length === 110)
  t.not(slow.heard.slice(10), '0123456789'.repeat(10))
  proxy.mode = 'reset'
  await slow.until(() => slow.isClosed)
  const refused = connect(proxy.port, '127.0.0.1').on('error', () => undefined)
  await new Promise((resolve) => refused.on('close', resolve))
})
