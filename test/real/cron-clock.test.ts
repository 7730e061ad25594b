import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { FakedTime, findFaketime } from '../../bench/src/chaos/faked-time.js'
import { skipUnlessPart } from '../support/require-part.js'

const CHILD = fileURLToPath(new URL('../support/cron-child.js', import.meta.url))
const library = findFaketime()

t.test(
  'a clock that jumps over half a century is one call, not one for each time between; set back, it goes on',
  skipUnlessPart('libfaketime', library !== undefined),
  async (t) => {
    mkdirSync(t.testdirName, { recursive: true })
    const time = new FakedTime(t.testdirName, library ?? '')
    time.set(-Date.now() / 1000 + 3600)
    const child = spawn(process.execPath, [CHILD], { env: { ...process.env, ...time.env } })
    let ticks = 0
    let heard: (() => void) | undefined
    child.stdout.on('data', (bytes: Buffer) => {
      ticks += bytes.toString().split('\n').length - 1
      heard?.()
    })
    const next = async (): Promise<number> => {
      const before = ticks
      while (ticks === before) await new Promise<void>((resolve) => (heard = resolve))
      return ticks - before
    }
    await next()
    time.set(0)
    t.ok((await next()) <= 2, 'from 1970 to today')
    await next()
    time.set(-300)
    t.ok((await next()) <= 2, 'five minutes back')
    child.stdin.end()
    const status = await new Promise((resolve) => child.on('close', resolve))
    t.equal(status, 0)
  },
)
