/**
 * Appends to and removes from a disk outbox for ever, and says on stdout what it does, in lines: `append N`, `accepted N
 * MS`, `remove N`, `removed N`, `store disk|memory` when that changes. To be killed.
 *
 * node outbox-child.js STATE_DIR WINDOW_MS FIRST_N MOST_KEPT [COUNT]
 */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../dist/ops/clock.js'
import { StateFile } from '../../dist/ops/state-file.js'
import { DiskOutbox } from '../../dist/publish/disk-outbox.js'

const [stateDir, windowMs, firstN, mostKept, count = 'Infinity'] = process.argv.slice(2)
const say = (line) => writeSync(1, `${line}\n`)
const silent = {
  debug() {},
  info() {},
  warn() {},
  error: (fields) => say(`error ${fields.code}`),
  child: () => silent,
}
// Timers that a test cannot wait for come at once.
const clock = { ...systemClock, after: (ms, act) => systemClock.after(Math.min(ms, 500), act) }
const outbox = new DiskOutbox({
  folder: join(stateDir, 'outbox'),
  registerFile: new StateFile(stateDir, 'outbox.json'),
  bounds: { maxEvents: 100_000, maxBytes: 1e9, maxAgeMs: 0 },
  syncWindowMs: Number(windowMs),
  clock: Number(windowMs) > 500 ? systemClock : clock,
  log: silent,
  random: Math.random,
})
await outbox.open()
say(`opened ${outbox.depth}`)
let store = outbox.store
for (let n = Number(firstN), left = Number(count); left > 0; n++, left--) {
  say(`append ${n}`)
  const padding = 'x'.repeat((n * 7919) % 3000)
  await outbox.append({
    topic: 't',
    payload: `${n} ${padding}`,
    qos: 1,
    retain: false,
    kind: n % 5 === 0 ? 'alert' : 'event',
  })
  say(`accepted ${n} ${performance.now().toFixed(0)}`)
  if (outbox.store !== store) say(`store ${(store = outbox.store)}`)
  while (outbox.depth > Number(mostKept) * ((n * 31) % 17 < 12 ? 1 : 0.5)) {
    const [{ position, message }] = await outbox.oldest(1)
    const oldest = Number.parseInt(message.payload, 10)
    say(`remove ${oldest}`)
    await outbox.remove(position)
    say(`removed ${oldest}`)
  }
}
say('closing')
await outbox.close()
say('closed')
