import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

/** CONNACK that accepts, without properties. */
export const CONNACK = { '5': [0x20, 3, 0, 0, 0], '3.1.1': [0x20, 2, 0, 0] } as const

/** A TCP server that does what a test says with each connection, and knows no MQTT. */
export class ScriptedPeer {
  connections = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(onConnection: (socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.connections += 1
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => this.#sockets.delete(socket))
      onConnection(socket)
    })
  }

  static async open(onConnection: (socket: Socket) => void): Promise<ScriptedPeer> {
    const peer = new ScriptedPeer(onConnection)
    peer.#server.listen(0, '127.0.0.1')
    await once(peer.#server, 'listening')
    return peer
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** A PUBLISH of MQTT 3.1.1 at QoS 0. */
export function publishPacket(topic: string, payload: Uint8Array): Buffer {
  const name = Buffer.from(topic)
  const length = 2 + name.length + payload.length
  return Buffer.concat([
    Buffer.from([0x30, ...remainingLength(length), name.length >> 8, name.length & 255]),
    name,
    payload,
  ])
}

function remainingLength(length: number): number[] {
  const bytes = []
  for (let left = length; left > 0; left = Math.floor(left / 128)) {
    bytes.push((left % 128) + (left >= 128 ? 128 : 0))
  }
  return bytes
}
