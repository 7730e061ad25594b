import { SimulatedDevice } from '../../../test/support/simulated-device.js'
import type { Order, WorkerReport } from './orders.js'

const TICK_MS = 20
const HEALTH_EVERY_MS = 60_000

// One process of simulated devices: does what its parent orders, and answers each order when it is done.
const devices: SimulatedDevice[] = []
const timers: NodeJS.Timeout[] = []
let eventsPerSecond = 0
let due = 0
let next = 0
let lastTickMs = performance.now()

// Events are spread over the devices and over time, as those of independent speakers are.
timers.push(
  setInterval(() => {
    const now = performance.now()
    due += ((now - lastTickMs) / 1000) * eventsPerSecond * devices.length
    lastTickMs = now
    for (; due >= 1 && devices.length > 0; due--) {
      next = (next + 1) % devices.length
      void devices[next]!.speak()
    }
  }, TICK_MS),
)

async function obey(order: Order): Promise<WorkerReport> {
  switch (order.kind) {
    case 'add':
      for (const id of order.ids) {
        const device = new SimulatedDevice(id, { url: order.url })
        devices.push(device)
        device.start()
        timers.push(setInterval(() => void device.reportHealth(), HEALTH_EVERY_MS))
      }
      break
    case 'pace':
      eventsPerSecond = order.eventsPerSecond
      due = 0
      break
    case 'report':
      break
    case 'stop':
      for (const timer of timers) clearInterval(timer)
      await Promise.all(devices.map(({ publisher }) => publisher.close()))
      process.disconnect()
  }
  return report()
}

function report(): WorkerReport {
  const sum = (of: (device: SimulatedDevice) => number): number =>
    devices.reduce((total, device) => total + of(device), 0)
  return {
    connected: sum(({ publisher }) => Number(publisher.counts.connected)),
    reconnects: sum(({ publisher }) => publisher.counts.reconnects),
    outboxDepth: sum(({ publisher }) => publisher.counts.outboxDepth),
    outboxDropped: sum(({ publisher }) => publisher.counts.outboxDropped),
    sent: devices.map(({ bootId, events }) => [bootId, events] as const),
  }
}

process.on('message', (order: Order) => {
  void obey(order).then((answer) => process.connected && process.send?.(answer))
})
