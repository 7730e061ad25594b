import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { RETRY_MS } from '../../src/publish/disk-outbox.js'
import type { Message } from '../../src/publish/publisher.js'
import { payloads, OutboxRig, message } from '../support/outbox-rig.js'

const HOUR_MS = 3_600_000

t.test('what an earlier process left is sent first, in order, under positions that rise', async (t) => {
  const rig = await OutboxRig.opened(t.testdir())
  for (let n = 0; n < 200; n++) await rig.outbox.append(message(n, n % 7 === 0 ? 'alert' : 'event'))
  const before = await rig.outbox.oldest(200)
  for (const { position } of before.slice(0, 50)) await rig.outbox.remove(position)
  await rig.restart()
  t.equal(rig.outbox.depth, 150)
  await rig.outbox.append(message(200))
  const after = await rig.outbox.oldest(1000)
  t.same(
    payloads(after),
    Array.from({ length: 151 }, (_, i) => 50 + i),
  )
  t.same(after[0]?.message, before[50]?.message)
  for (const { position } of after) await rig.outbox.remove(position)
  await rig.restart()
  t.equal(rig.outbox.depth, 0)
  await rig.outbox.append(message(201))
  const [last] = await rig.outbox.oldest(1)
  t.ok((last?.position ?? 0) > (after.at(-1)?.position ?? Infinity), 'also after everything was delivered')
  rmSync(join(rig.stateDir, 'outbox'), { recursive: true })
  await rig.outbox.close()
  await rig.restart()
  await rig.outbox.append(message(202))
  const [again] = await rig.outbox.oldest(1)
  t.ok((again?.position ?? 0) > (last?.position ?? Infinity), 'and after the store was lost')
  await rig.outbox.close()
})

t.test('before there is something to keep there is an empty store and no register', async (t) => {
  const rig = await OutboxRig.opened(t.testdir())
  t.same(await rig.outbox.oldest(16), [])
  await rig.outbox.remove(1)
  await rig.outbox.close()
  t.same(readdirSync(rig.stateDir), ['outbox'])
})

t.test('it holds what a plain list holds, over restarts, whatever is done', async (t) => {
  interface Kept {
    readonly n: number
    readonly kind: 'event' | 'alert'
    readonly bytes: number
  }
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ act: fc.constant('append' as const), alert: fc.boolean(), size: fc.nat(600) }),
    },
    { weight: 4, arbitrary: fc.record({ act: fc.constant('remove' as const), index: fc.nat(12) }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('restart' as const) }) },
  )
  let run = 0
  const folder = t.testdir()
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 300, max: 20_000 }),
      fc.array(step, { maxLength: 150 }),
      async (maxEvents, maxBytes, steps) => {
        const rig = await OutboxRig.opened(join(folder, String(run++)), { maxEvents, maxBytes })
        let model: Kept[] = []
        let dropped = 0
        let n = 0
        const sizes = (): number => model.reduce((sum, { bytes }) => sum + bytes, 0)
        for (const what of steps) {
          if (what.act === 'append') {
            const sent = message(n, what.alert ? 'alert' : 'event', what.size)
            const kept: Kept = { n, kind: what.alert ? 'alert' : 'event', bytes: sizeOnDisk(sent) }
            n += 1
            await rig.outbox.append(sent)
            const staying = kept.kind === 'event' ? model.filter(({ kind }) => kind === 'alert') : []
            const stayingBytes = staying.reduce((sum, { bytes }) => sum + bytes, kept.bytes)
            if (stayingBytes > maxBytes || staying.length + 1 > maxEvents) dropped += 1
            else {
              model.push(kept)
              while (model.length > maxEvents || sizes() > maxBytes) {
                const victim = model.findIndex(({ kind }) => kind === 'event')
                model = model.filter((_, i) => i !== Math.max(0, victim))
                dropped += 1
              }
            }
          } else if (what.act === 'remove') {
            const entry = (await rig.outbox.oldest(13))[what.index]
            if (entry !== undefined) {
              await rig.outbox.remove(entry.position)
              await rig.outbox.remove(entry.position)
              model.splice(what.index, 1)
            }
          } else {
            await rig.restart()
            dropped = 0
          }
          t.same(
            payloads(await rig.outbox.oldest(maxEvents + 1)),
            model.map(({ n }) => n),
          )
          t.equal(rig.outbox.depth, model.length)
          t.equal(rig.outbox.dropped, dropped)
          t.ok(rig.outbox.depth <= maxEvents && sizes() <= maxBytes)
        }
        await rig.outbox.close()
      },
    ),
    { numRuns: 60 },
  )
})

/** By the documented form: 16 digits of a checksum and JSON under a key of 15 characters. */
function sizeOnDisk({ topic, payload, qos, retain }: Message): number {
  return 15 + 16 + Buffer.byteLength(JSON.stringify({ v: 1, at: 0, topic, payload, qos, retain }))
}

t.test('events that have waited too long go, also over a restart, and are counted', async (t) => {
  const rig = await OutboxRig.opened(t.testdir(), { maxAgeMs: 24 * HOUR_MS })
  await rig.outbox.append(message(0))
  rig.clock.advance(20 * HOUR_MS)
  await rig.outbox.append(message(1, 'alert'))
  await rig.restart()
  rig.clock.advance(5 * HOUR_MS)
  t.same(payloads(await rig.outbox.oldest(9)), [1])
  t.match(rig.outbox.droppedBy, { age: 1, count: 0, bytes: 0, unreadable: 0 })
  t.match(
    rig.log.lines.filter(({ fields }) => fields['code'] === 'PUBLISH_OUTBOX_DROPPED'),
    [{ level: 'warn', fields: { count: 1 } }],
  )
  await rig.outbox.close()
  rig.clock.advance(30 * HOUR_MS)
  await rig.restart()
  t.same(await rig.outbox.oldest(9), [], 'the time that the device was off counts')
  await rig.outbox.close()
})

t.test('drops are said at most once a minute', async (t) => {
  const rig = await OutboxRig.opened(t.testdir(), { maxEvents: 1 })
  const said = (): readonly unknown[] =>
    rig.log.lines.flatMap(({ fields }) =>
      fields['code'] === 'PUBLISH_OUTBOX_DROPPED' ? [fields['count']] : [],
    )
  for (let n = 0; n < 50; n++) await rig.outbox.append(message(n))
  t.same(said(), [1])
  rig.clock.advance(60_000)
  await rig.outbox.append(message(50))
  t.same(said(), [1, 49])
  t.equal(rig.outbox.droppedBy.count, 50)
  await rig.outbox.close()
})

t.test('who waits for space goes on when an event leaves, or at the end', async (t) => {
  const rig = await OutboxRig.opened(t.testdir(), { maxEvents: 1 })
  t.ok(rig.outbox.hasSpace)
  await rig.outbox.waitForSpace()
  await rig.outbox.append(message(0))
  t.notOk(rig.outbox.hasSpace)
  let isFree = false
  const waiting = rig.outbox.waitForSpace().then(() => (isFree = true))
  const [entry] = await rig.outbox.oldest(1)
  t.notOk(isFree)
  await rig.outbox.remove(entry?.position ?? 0)
  await waiting
  t.ok(rig.outbox.hasSpace)
  await rig.outbox.append(message(1))
  const last = rig.outbox.waitForSpace()
  await rig.outbox.close()
  await last
  await t.rejects(rig.outbox.append(message(2)), { code: 'PUBLISH_CLOSED' })
})

for (const kept of [[], [0]]) {
  t.test(
    `a second one is refused where the first has kept ${kept.length}, and gets the folder when the first has ended`,
    async (t) => {
      const rig = await OutboxRig.opened(t.testdir())
      for (const n of kept) await rig.outbox.append(message(n))
      const second = new OutboxRig(rig.stateDir)
      await t.rejects(second.outbox.open(), { code: 'CONFIG_STATE_DIR_IN_USE', exitCode: 78 })
      await rig.outbox.append(message(1))
      await rig.outbox.close()
      await second.restart()
      t.same(payloads(await second.outbox.oldest(9)), [...kept, 1])
      await second.outbox.close()
    },
  )
}

t.test('what comes late, once it is closed, leaves the store to others', async (t) => {
  const state = join(t.testdir({ state: 'a file' }), 'state')
  const rig = await OutboxRig.opened(state, { maxAgeMs: HOUR_MS })
  await rig.outbox.append(message(0))
  const [entry] = await rig.outbox.oldest(1)
  rmSync(state)
  const closing = rig.outbox.close()
  // Comes before the timers of the retry and the ages are cleared, so what they do waits behind the end.
  rig.clock.advance(2 * HOUR_MS)
  await closing
  t.same(await rig.outbox.oldest(1), [])
  await rig.outbox.remove(entry?.position ?? 0)
  t.equal(rig.clock.timers, 0)
  const other = await OutboxRig.opened(state)
  t.same(payloads(await other.outbox.oldest(9)), [0])
  await other.outbox.close()
})

const DAMAGES: Readonly<Record<string, (outbox: string, names: readonly string[]) => void>> = {
  'no CURRENT': (outbox) => rmSync(join(outbox, 'CURRENT')),
  'garbage in CURRENT': (outbox) => writeFileSync(join(outbox, 'CURRENT'), 'garbage'),
  'a manifest that does not exist': (outbox) => writeFileSync(join(outbox, 'CURRENT'), 'MANIFEST-999999\n'),
  'half a manifest': (outbox, names) => {
    const path = join(outbox, names.find((name) => name.startsWith('MANIFEST')) ?? '')
    truncateSync(path, Math.floor(statSync(path).size / 2))
  },
  'an empty manifest': (outbox, names) =>
    truncateSync(join(outbox, names.find((name) => name.startsWith('MANIFEST')) ?? ''), 0),
}

for (const [damage, inflict] of Object.entries(DAMAGES)) {
  t.test(`a store with ${damage} is repaired, and all events are there`, async (t) => {
    const rig = await OutboxRig.opened(t.testdir())
    for (let n = 0; n < 20; n++) await rig.outbox.append(message(n))
    await rig.restart()
    for (let n = 20; n < 40; n++) await rig.outbox.append(message(n))
    await rig.outbox.close()
    const folder = join(rig.stateDir, 'outbox')
    inflict(folder, readdirSync(folder))
    await rig.restart()
    t.same(
      payloads(await rig.outbox.oldest(99)),
      Array.from({ length: 40 }, (_, n) => n),
    )
    t.match(
      rig.log.lines.filter(({ fields }) => fields['code'] === 'PUBLISH_OUTBOX_DAMAGED'),
      [{ level: 'error', fields: { how: 'repaired' } }],
    )
    await rig.outbox.append(message(40))
    t.equal(rig.outbox.store, 'disk')
    await rig.restart()
    t.equal(rig.outbox.depth, 41)
    await rig.outbox.close()
  })
}

t.test(
  'a store that never held an event is made anew without a word, unless something else lies in it',
  async (t) => {
    for (const [others, codes] of [
      [[], []],
      [['notes.txt'], ['PUBLISH_OUTBOX_DAMAGED']],
    ] as const) {
      const rig = await OutboxRig.opened(t.testdir())
      await rig.outbox.close()
      const folder = join(rig.stateDir, 'outbox')
      DAMAGES['an empty manifest']?.(folder, readdirSync(folder))
      for (const name of others) writeFileSync(join(folder, name), 'mine')
      await rig.restart()
      t.same(
        rig.log.lines.map(({ fields }) => fields['code']),
        codes,
      )
      t.ok(others.every((name) => existsSync(join(folder, name))))
      await rig.outbox.append(message(0))
      await rig.restart()
      t.same(payloads(await rig.outbox.oldest(9)), [0])
      await rig.outbox.close()
    }
  },
)

t.test('whatever bytes lie in the store, it opens, and what it gives out was put in', async (t) => {
  const folder = t.testdir()
  const source = await OutboxRig.opened(join(folder, 'source'))
  for (let n = 0; n < 30; n++) await source.outbox.append(message(n))
  await source.restart()
  for (let n = 30; n < 60; n++) await source.outbox.append(message(n))
  await source.outbox.close()
  let run = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          file: fc.nat(20),
          act: fc.constantFrom('cut', 'garble', 'remove', 'fill'),
          at: fc.double({ min: 0, max: 1, noNaN: true }),
          bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      async (damages) => {
        const rig = new OutboxRig(join(folder, String(run++)))
        cpSync(source.stateDir, rig.stateDir, { recursive: true })
        for (const damage of damages) inflictOn(join(rig.stateDir, 'outbox'), damage)
        await rig.outbox.open()
        const held = payloads(await rig.outbox.oldest(99))
        t.same(
          held,
          [...held].sort((a, b) => a - b),
        )
        t.ok(held.every((n) => Number.isInteger(n) && n >= 0 && n < 60))
        t.equal(new Set(held).size, held.length)
        await rig.outbox.append(message(60))
        t.equal(rig.outbox.store, 'disk')
        await rig.restart()
        t.same(payloads(await rig.outbox.oldest(99)), [...held, 60])
        await rig.outbox.close()
        rmSync(rig.stateDir, { recursive: true })
      },
    ),
    { numRuns: 80 },
  )
})

interface Damage {
  readonly file: number
  readonly act: string
  readonly at: number
  readonly bytes: Uint8Array
}

function inflictOn(folder: string, { file, act, at, bytes }: Damage): void {
  const names = readdirSync(folder).filter((name) => name !== 'lost')
  const name = names[file % Math.max(1, names.length)]
  if (name === undefined) return
  const path = join(folder, name)
  const { size } = statSync(path)
  const place = Math.floor(at * size)
  if (act === 'remove') rmSync(path)
  else if (act === 'cut') truncateSync(path, place)
  else if (act === 'fill') writeFileSync(path, bytes)
  else {
    const whole = Buffer.alloc(Math.max(size, place + bytes.length))
    readFileSync(path).copy(whole)
    whole.set(bytes, place)
    writeFileSync(path, whole)
  }
}

t.test('an entry that is none is skipped and counted', async (t) => {
  const rig = await OutboxRig.opened(t.testdir())
  await rig.outbox.append(message(0))
  await rig.outbox.close()
  const json = (record: object): string => {
    const text = JSON.stringify(record)
    return createHash('sha256').update(text).digest('hex').slice(0, 16) + text
  }
  const good = { v: 1, at: 0, topic: 't', payload: '5', qos: 1, retain: false }
  await rig.putRaw({
    e00000000000005: json(good),
    e00000000000006: json({ ...good, topic: 'a/#' }),
    e00000000000007: json({ ...good, qos: 2 }),
    e00000000000008: json({ ...good, at: -1 }),
    e00000000000009: json({ ...good, v: 2 }),
    e0000000000000a: json({ ...good, payload: null }),
    e0000000000000b: `0000000000000000${JSON.stringify(good)}`,
    efffffffffffffff: json(good),
    eXX: 'nonsense',
    z: '',
  })
  await rig.restart()
  t.same(payloads(await rig.outbox.oldest(99)), [0, 5])
  t.equal(rig.outbox.droppedBy.unreadable, 9)
  await rig.restart()
  t.equal(rig.outbox.droppedBy.unreadable, 0, 'they are deleted')
  await rig.outbox.close()
})

t.test('where the folder cannot be made events wait in memory, and move to the disk in order', async (t) => {
  const folder = t.testdir({ state: 'a file' })
  const rig = await OutboxRig.opened(join(folder, 'state'))
  for (let n = 0; n < 100; n++) await rig.outbox.append(message(n))
  t.equal(rig.outbox.store, 'memory')
  t.match(
    rig.log.lines.filter(({ level }) => level === 'error'),
    [{ fields: { code: 'PUBLISH_OUTBOX_MEMORY' } }],
    'said once',
  )
  const [first] = await rig.outbox.oldest(1)
  await rig.outbox.remove(first?.position ?? 0)
  rig.clock.advance(RETRY_MS)
  await rig.outbox.oldest(1)
  t.equal(rig.outbox.store, 'memory')
  rmSync(join(folder, 'state'))
  mkdirSync(join(folder, 'state'))
  rig.clock.advance(RETRY_MS)
  await rig.outbox.append(message(100))
  t.equal(rig.outbox.store, 'disk')
  await rig.restart()
  t.same(
    payloads(await rig.outbox.oldest(200)),
    Array.from({ length: 100 }, (_, n) => n + 1),
  )
  await rig.outbox.close()
  t.ok(existsSync(join(folder, 'state', 'outbox', 'CURRENT')))
})

t.test('what waited while the store could not be read takes the place of nothing in it', async (t) => {
  const state = join(t.testdir(), 'state')
  const before = await OutboxRig.opened(state)
  for (let n = 0; n < 10; n++) await before.outbox.append(message(n))
  await before.outbox.close()
  renameSync(state, `${state}.away`)
  writeFileSync(state, 'a file')
  const rigs = [await OutboxRig.opened(state), await OutboxRig.opened(state)] as const
  for (const [index, rig] of rigs.entries()) {
    for (let n = 10; n < 20; n++) await rig.outbox.append(message(n + 10 * index))
  }
  const [onItsWay] = await rigs[0].outbox.oldest(1)
  rmSync(state)
  renameSync(`${state}.away`, state)
  for (const rig of rigs) {
    rig.clock.advance(RETRY_MS)
    await rig.outbox.oldest(1)
  }
  t.same(
    rigs.map(({ outbox }) => outbox.store),
    ['disk', 'memory'],
    'the second one cannot have the store',
  )
  await rigs[0].outbox.remove(onItsWay?.position ?? 0)
  for (const rig of rigs) await rig.outbox.close()
  const after = await OutboxRig.opened(state)
  t.same(
    payloads(await after.outbox.oldest(99)).sort((a, b) => a - b),
    Array.from({ length: 30 }, (_, n) => n).filter((n) => n !== 10),
  )
  await after.outbox.close()
})
