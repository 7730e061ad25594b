/** A device that publishes ten events to the broker of its first argument; says on stdout what it logs. */
import { event, logged, publisherRig } from './publisher-rig.js'

const { publisher, topics, log } = publisherRig(process.argv[2] ?? '')
publisher.start()
for (let n = 0; n < 10; n++) await publisher.publish(event(topics, n))
const warning = await logged({ log } as Parameters<typeof logged>[0], ({ level }) => level === 'warn')
process.stdout.write(`${warning.text}\n`)
await publisher.drain(AbortSignal.timeout(60_000))
await publisher.close()
