/** Run with --expose-gc: connects and loses the connection again and again; says on stdout what is left over, as JSON. */
import { startEmbeddedBroker } from '../../src/publish/embedded-broker.js'
import { FaultProxy } from './fault-proxy.js'
import { event, publisherRig } from './publisher-rig.js'

const [warmUp, rounds] = [100, 1000]
const broker = await startEmbeddedBroker()
const proxy = await FaultProxy.open(Number(new URL(broker.url).port))
const rig = publisherRig(proxy.url(), { protocol: '3.1.1' }, { backoff: { baseMs: 1, capMs: 1 } })
rig.publisher.start()

async function lose(times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    await rig.publisher.publish(event(rig.topics, n))
    await rig.publisher.drain(AbortSignal.timeout(5000))
    proxy.mode = 'reset'
    while (rig.publisher.counts.connected) await new Promise((resolve) => setImmediate(resolve))
    proxy.mode = 'pass'
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
await proxy.close()
await broker.close()
process.stdout.write(JSON.stringify({ before, after }))
