// Loaded into the agent with --import: answers each line on descriptor 3 with a line of what only the process itself
// knows. Holds nothing open: the agent ends as it would without.
import { Socket } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const [resolutionMs] = [Number(process.env.SOAK_PROBE_RESOLUTION_MS ?? 10)]
const delay = monitorEventLoopDelay({ resolution: resolutionMs })
delay.enable()
// What the probe itself sets up is the environment's business, not that of the agent's children.
delete process.env.NODE_OPTIONS

let collectGarbage = () => undefined
if (process.env.SOAK_PROBE_COLLECTS === '1') {
  setFlagsFromString('--expose-gc')
  collectGarbage = runInNewContext('gc')
}

const line = new Socket({ fd: 3 })
line.on('data', () => {
  // Freed buffers are counted until a thread of its own has swept them; another collection waits for that first.
  collectGarbage()
  collectGarbage()
  const { heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage()
  const resources = {}
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1
  const late = (ns) => Math.max(0, ns / 1e6 - resolutionMs)
  const { user, system } = process.cpuUsage()
  const answer = {
    heap_used_bytes: heapUsed,
    heap_total_bytes: heapTotal,
    external_bytes: external,
    array_buffers_bytes: arrayBuffers,
    resources,
    delay_p50_ms: late(delay.percentile(50)),
    delay_p99_ms: late(delay.percentile(99)),
    delay_max_ms: late(delay.max),
    cpu_s: (user + system) / 1e6,
  }
  delay.reset()
  line.write(`${JSON.stringify(answer)}\n`)
})
line.on('error', () => line.destroy())
line.unref()
