import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/**
 * Bytes, on the heap and in buffers, that a round of work leaves behind when it has been done before. The least of
 * three: what is compiled or cached only once does not count.
 */
export async function memoryGrowth(round: (n: number) => Promise<void>): Promise<number> {
  await round(0)
  let least = Infinity
  for (let n = 1; n <= 3; n++) {
    const before = memoryInUse()
    await round(n)
    least = Math.min(least, memoryInUse() - before)
  }
  return least
}

function memoryInUse(): number {
  collectGarbage()
  // Freed buffers are counted until a thread of its own has swept them; another collection waits for that first.
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
