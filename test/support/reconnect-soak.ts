/** Run with --expose-gc: connects and loses the connection again and again; says on stdout what is left over, as JSON. */
import type { Socket } from 'node:net'
import { publisherRig } from './publisher-rig.js'
import { CONNACK, ScriptedPeer } from './scripted-peer.js'

// The engine compiles and caches for about a thousand rounds; what is still kept afterwards is kept for ever.
const [warmUp, rounds] = [1500, 1000]
let current: Socket | undefined
const peer = await ScriptedPeer.open((socket) => {
  current = socket
  socket.once('data', () => socket.write(Buffer.from(CONNACK['5'])))
  socket.resume()
})
const rig = publisherRig(peer.url, { sessionExpiryS: 60 }, { backoff: { baseMs: 1, capMs: 1 } })
rig.publisher.start()

async function lose(times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    while (!rig.publisher.counts.connected) await new Promise((resolve) => setImmediate(resolve))
    current?.resetAndDestroy()
    while (rig.publisher.counts.connected) await new Promise((resolve) => setImmediate(resolve))
  }
  ;(rig.log as unknown[]).length = 0
  await new Promise((resolve) => setTimeout(resolve, 200))
  globalThis.gc?.()
  await new Promise((resolve) => setImmediate(resolve))
  globalThis.gc?.()
}

const measure = (): object => ({
  heapBytes: process.memoryUsage().heapUsed,
  handles: process.getActiveResourcesInfo().length,
  reconnects: rig.publisher.counts.reconnects,
})
await lose(warmUp)
const before = measure()
await lose(rounds)
const after = measure()
await rig.publisher.close()
await peer.close()
process.stdout.write(JSON.stringify({ before, after }))
