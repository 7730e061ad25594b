import { randomBytes } from 'node:crypto'
import t from 'tap'
import { deliver } from '../../../src/cli/model/deliver.js'
import { DeviceRefusal, DeviceRequests } from '../../../src/cli/model/device-requests.js'
import type { FleetError } from '../../../src/errors.js'
import { PublishError } from '../../../src/errors.js'
import type { JsonObject } from '../../../src/hostile-json.js'
import type { Publication } from '../../../src/publish/publisher.js'
import { FakeClock } from '../../support/fake-clock.js'

const ARCHIVE = randomBytes(100)
const ORDER = { id: 'm', size: 100, sha256: 'ab'.repeat(32), signature: 'x' }
const DONE = { state: 'trial', id: 'm' }

/** A device that answers from a script, and what it was asked. */
function device(answers: (JsonObject | string)[]) {
  const asked: { verb: string; body: JsonObject }[] = []
  const clock = new FakeClock()
  return {
    asked,
    clock,
    requests: {
      async ask(verb: string, body: object): Promise<JsonObject> {
        asked.push({ verb, body: body as JsonObject })
        const answer = answers.shift() ?? 'UNSCRIPTED'
        if (typeof answer === 'string') throw new DeviceRefusal('d', answer, 'no')
        return answer
      },
    },
  }
}

const receiving = (offset: number): JsonObject => ({ state: 'receiving', offset, chunk_bytes: 40 })

async function run(answers: (JsonObject | string)[], url?: string) {
  const { asked, clock, requests } = device(answers)
  const seen: number[] = []
  const onProgress = (offset: number): void => void seen.push(offset)
  let isDone = false
  const done = deliver({ requests, order: ORDER, archive: ARCHIVE, url, clock, onProgress }).finally(
    () => (isDone = true),
  )
  done.catch(() => undefined)
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(1000)
  }
  return { answer: await done.catch((error: FleetError) => error), asked, seen }
}

t.test('sends all of it from where the device is', async (t) => {
  const { answer, asked, seen } = await run([receiving(40), receiving(80), DONE])
  t.equal(answer, DONE)
  t.same(seen, [40, 80])
  t.match(asked, [
    { verb: 'model/install', body: { order: { schema: 'affectd.model-order/1', id: 'm' } } },
    { verb: 'model/chunk', body: { offset: 40, data: ARCHIVE.subarray(40, 80).toString('base64') } },
    { verb: 'model/chunk', body: { offset: 80, data: ARCHIVE.subarray(80).toString('base64') } },
  ])
  t.equal((await run([DONE])).answer, DONE, 'or nothing, where it is there already')
  const fetched = await run([DONE], 'https://a/m')
  t.match(fetched.asked, [{ body: { url: 'https://a/m' } }])
})

t.test('begins anew where a device has, and gives up when that leads nowhere', async (t) => {
  const { answer, asked } = await run([
    receiving(0),
    'MODEL_NO_DELIVERY',
    receiving(40),
    'MODEL_CHUNK',
    receiving(80),
    DONE,
  ])
  t.equal(answer, DONE)
  t.same(
    asked.map(({ verb }) => verb.slice(6)),
    ['install', 'chunk', 'install', 'chunk', 'install', 'chunk'],
  )
  const stuck = await run(Array.from({ length: 40 }, () => 'REQUEST_TOO_MANY'))
  t.match(stuck.answer, { code: 'FLEET_FAILED', reason: 'REQUEST_TOO_MANY' })
  t.ok(stuck.asked.length < 10)
})

t.test('a refusal is final, and an answer that fits no archive, too', async (t) => {
  t.match((await run(['MODEL_SIGNATURE'])).answer, { code: 'FLEET_FAILED', reason: 'MODEL_SIGNATURE' })
  for (const answer of [
    receiving(100),
    receiving(-1),
    { state: 'receiving' },
    { ...receiving(0), chunk_bytes: 0 },
  ]) {
    t.match((await run([answer])).answer, { code: 'FLEET_MALFORMED' })
  }
})

t.test('a request is asked again until it is answered, under one transaction', async (t) => {
  const clock = new FakeClock()
  const sent: Publication[] = []
  let publish = (message: Publication): Promise<void> => {
    sent.push(message)
    return Promise.resolve()
  }
  const stop = new AbortController()
  const requests = new DeviceRequests({
    device: 'd',
    base: 'affectd/d',
    subscriber: () => ({ publish: (message) => publish(message) }),
    clock,
    timeoutMs: 20_000,
    signal: stop.signal,
  })
  const hear = (payload: object | string, topic = 'affectd/d/response/ping'): void => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    requests.hear({ topic, payload: Buffer.from(text) } as never)
  }
  const transactionOf = (): unknown => (JSON.parse(sent.at(-1)!.payload) as JsonObject)['transaction']

  const asked = requests.ask('ping', { x: 1 })
  clock.advance(12_000)
  t.equal(sent.length, 2)
  requests.reconnected()
  t.equal(sent.length, 3)
  t.equal(new Set(sent.map(({ payload }) => payload)).size, 1)
  t.match(sent[0], { topic: 'affectd/d/request/ping', qos: 1, retain: false })
  hear('nonsense')
  hear({ transaction: 'another', status: 'ok', data: {} })
  hear({ transaction: transactionOf(), status: 'ok', data: { no: 1 } }, 'affectd/e/response/ping')
  hear({ transaction: transactionOf(), status: 'ok', data: { yes: 1 } })
  t.same(await asked, { yes: 1 })
  t.equal(clock.timers, 0)

  const refused = requests.ask('ping', {})
  hear({ transaction: transactionOf(), status: 'error', error: { code: 'X_Y', message: 'a\u001b[2Jb' } })
  await t.rejects(refused, { code: 'FLEET_FAILED', reason: 'X_Y' })
  await refused.catch(({ message }: Error) =>
    t.notMatch(message, /\u001b/, 'a device writes no control characters'),
  )

  const silent = requests.ask('ping', {})
  clock.advance(20_000)
  await t.rejects(silent, { code: 'FLEET_TIMEOUT' })

  publish = () => Promise.reject(new PublishError('PUBLISH_UNREACHABLE', 'gone'))
  const offline = requests.ask('ping', {})
  await new Promise((resolve) => setImmediate(resolve))
  publish = (message) => {
    sent.push(message)
    return Promise.resolve()
  }
  clock.advance(5000)
  hear({ transaction: transactionOf(), status: 'ok', data: {} })
  t.same(await offline, {}, 'a lost connection is waited for')

  publish = () => Promise.reject(new PublishError('PUBLISH_REFUSED', 'no right'))
  await t.rejects(requests.ask('ping', {}), { code: 'PUBLISH_REFUSED' })
  publish = () => Promise.resolve()
  const interrupted = requests.ask('ping', {})
  stop.abort()
  await t.rejects(interrupted, { code: 'FLEET_TIMEOUT' })
  t.equal(clock.timers, 0)
})
