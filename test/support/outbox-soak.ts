/**
 * Run with --expose-gc: events pass through a disk outbox; says on stdout what is left over, as JSON.
 *
 * outbox-soak.ts STATE_DIR WARM_UP EVENTS
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { message, OutboxRig } from './outbox-rig.js'
import { createRandom } from '../../training/src/random.js'

const [stateDir = '', warmUp, events] = process.argv.slice(2)
const rig = await OutboxRig.opened(stateDir)
const random = createRandom(1)

/** As LevelDB compresses its tables, padding of one letter would take no room there. */
function incompressible(n: number): ReturnType<typeof message> {
  const noise = Array.from({ length: 40 }, () => random.next().toString(36).slice(2)).join('')
  const event = message(n)
  return { ...event, payload: event.payload + noise }
}

let writtenBytes = 0
async function pass(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const event = incompressible(n)
    writtenBytes += event.payload.length
    await rig.outbox.append(event)
    const [entry] = await rig.outbox.oldest(16)
    await rig.outbox.remove(entry?.position ?? 0)
  }
  for (let n = 0; n < 2; n++) {
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const usedBytes = (): object => {
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heapBytes: heapUsed + external, rssBytes: rss }
}
await pass(Number(warmUp))
const before = usedBytes()
writtenBytes = 0
await pass(Number(events))
const after = usedBytes()
const folder = join(stateDir, 'outbox')
const diskBytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
await rig.outbox.close()
process.stdout.write(JSON.stringify({ before, after, writtenBytes, diskBytes }))
