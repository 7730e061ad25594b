import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { fetchArchive } from '../../src/delivery/archive-fetcher.js'
import { downloadArchive, parseArchiveUrl } from '../../src/delivery/https-archive.js'
import { AffectdError } from '../../src/errors.js'
import { Certificates } from '../support/certificates.js'
import { DeliveryRig } from '../support/delivery-rig.js'
import { FakeClock } from '../support/fake-clock.js'
import { recordingLogger } from '../support/recording-logger.js'
import { skipUnless } from '../support/require-part.js'

const BYTES = randomBytes(150_000)

t.test('what is no URL of https is refused', async (t) => {
  const wrong = [
    7,
    null,
    '',
    'x',
    'http://a/b',
    'file:///etc/passwd',
    'https://name:secret@a/b',
    `https://a/${'b'.repeat(3000)}`,
  ]
  for (const value of wrong) t.throws(() => parseArchiveUrl(value), { code: 'MODEL_URL' }, String(value))
  t.equal(parseArchiveUrl('https://a/b?c=d').href, 'https://a/b?c=d')
})

t.test('a server of one’s own', skipUnless('openssl'), async (t) => {
  const certificates = new Certificates(join(t.testdir(), 'tls'))
  const { cert, key } = certificates.make({ name: 'server' })
  const ca = certificates.read('ca').cert.toString()
  let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined
  const asked: (string | undefined)[] = []
  const server = createServer({ cert, key }, (request, response) => {
    asked.push(request.headers.range)
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { signal } = new AbortController()

  const fetch = async (
    offset = 0,
    part: { ca?: string | undefined; size?: number } = {},
  ): Promise<Buffer | string> => {
    const taken: Uint8Array[] = []
    const take = (bytes: Uint8Array): void => void taken.push(bytes)
    const size = part.size ?? BYTES.length
    try {
      await downloadArchive({
        url: new URL(`${origin}/m`),
        size,
        offset,
        ca: 'ca' in part ? part.ca : ca,
        take,
        signal,
      })
      return Buffer.concat(taken)
    } catch (error) {
      if (error instanceof AffectdError) return error.code
      throw error
    }
  }
  const send = (status: number, headers: Record<string, string>, body: Uint8Array = BYTES): void => {
    answer = (_, response) => void response.writeHead(status, headers).end(body)
  }

  await t.test('fetches an archive in chunks, whole or from where it left off', async (t) => {
    send(200, { 'content-length': String(BYTES.length) })
    t.same(await fetch(), BYTES)
    t.same(await fetch(100_000), BYTES.subarray(100_000), 'a server that knows no ranges')
    send(206, { 'content-range': `bytes 100000-149999/150000` }, BYTES.subarray(100_000))
    t.same(await fetch(100_000), BYTES.subarray(100_000))
    t.same(asked.splice(0), [undefined, 'bytes=100000-', 'bytes=100000-'])
  })

  await t.test('refuses what is not what was ordered', async (t) => {
    send(404, {})
    t.equal(await fetch(), 'MODEL_DOWNLOAD')
    send(200, { 'content-length': '7' }, BYTES.subarray(0, 7))
    t.equal(await fetch(), 'MODEL_DOWNLOAD', 'of another length')
    send(206, { 'content-range': 'bytes 0-149999/150000' })
    t.equal(await fetch(100), 'MODEL_DOWNLOAD', 'another range')
    answer = (_, response) => {
      response.writeHead(200)
      response.write(BYTES)
      response.end('more')
    }
    t.equal(await fetch(), 'MODEL_DOWNLOAD', 'endless')
    send(200, {})
    t.equal(await fetch(0, { ca: undefined }), 'MODEL_DOWNLOAD', 'a certificate that nobody vouches for')
  })

  await t.test('follows redirects to https alone, and not for ever', async (t) => {
    answer = (request, response) =>
      request.url === '/m'
        ? response.writeHead(302, { location: '/there' }).end()
        : response.writeHead(200).end(BYTES)
    t.same(await fetch(), BYTES)
    send(302, { location: 'http://127.0.0.1/m' }, new Uint8Array())
    t.equal(await fetch(), 'MODEL_URL')
    send(302, { location: '/m' }, new Uint8Array())
    t.equal(await fetch(), 'MODEL_DOWNLOAD')
  })

  await t.test('what broke off is gone on with, as long as something new comes', async (t) => {
    const clock = new FakeClock()
    const taken: Uint8Array[] = []
    const offset = (): number => taken.reduce((sum, { length }) => sum + length, 0)
    answer = (request, response) => {
      const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0])
      response.writeHead(from === 0 ? 200 : 206, { 'content-range': `bytes ${from}-149999/150000` })
      response.write(BYTES.subarray(from, from + 60_000), () => response.destroy())
    }
    asked.length = 0
    const log = recordingLogger()
    const deps = { clock, log, signal }
    const url = new URL(`${origin}/m`)
    const done = fetchArchive(
      { url, size: BYTES.length, ca, take: (bytes) => void taken.push(bytes), offset },
      deps,
    )
    let isDone = false
    void done.finally(() => (isDone = true)).catch(() => undefined)
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve))
      clock.advance(1000)
    }
    await done
    t.ok(Buffer.concat(taken).equals(BYTES))
    t.ok(asked.length >= 3, `${asked.length} tries`)
    t.equal(clock.timers, 0)

    taken.length = 0
    send(503, {})
    asked.length = 0
    const failing = fetchArchive({ url, size: BYTES.length, ca, take: () => undefined, offset }, deps)
    let code = ''
    failing.catch((error: AffectdError) => (code = error.code))
    while (code === '') {
      await new Promise((resolve) => setImmediate(resolve))
      clock.advance(1000)
    }
    t.equal(code, 'MODEL_DOWNLOAD')
    t.equal(asked.length, 5, 'five tries that bring nothing are enough')
  })

  await t.test(
    'what is wholly here is not asked for, and what trickles in is given up after an hour',
    async (t) => {
      const clock = new FakeClock()
      const log = recordingLogger()
      const url = new URL(`${origin}/m`)
      const fetch = { url, size: BYTES.length, ca, take: () => undefined }
      asked.length = 0
      await fetchArchive({ ...fetch, offset: () => BYTES.length }, { clock, log, signal })
      t.equal(asked.length, 0)

      answer = (_, response) => void response.writeHead(200).write(BYTES.subarray(0, 10))
      const trickling = fetchArchive({ ...fetch, offset: () => 0 }, { clock, log, signal })
      let error: AffectdError | undefined
      trickling.catch((thrown: AffectdError) => (error = thrown))
      while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve))
      clock.advance(3_599_000)
      await new Promise((resolve) => setTimeout(resolve, 20))
      t.equal(error, undefined)
      clock.advance(1000)
      await t.rejects(trickling, { code: 'MODEL_DOWNLOAD', message: /more than 60 minutes/ })
      t.equal(clock.timers, 0)
    },
  )

  await t.test('a device fetches, checks and runs a model', async (t) => {
    const made = new DeliveryRig(t.testdir(), {
      download: (download) => downloadArchive({ ...download, ca }),
    }).attach()
    t.teardown(() => made.stop())
    const parcel = made.parcel('new')
    send(200, {}, parcel.archive)
    t.equal(await made.install(parcel, { url: `${origin}/m` }), 'in_force')
    t.same(made.used, ['new'])
    made.clock.advance(600_000)
    const other = made.parcel('other')
    send(200, {}, Buffer.from(other.archive).fill(0, 20))
    await t.rejects(made.install(other, { url: `${origin}/m` }), { code: 'MODEL_ARCHIVE_HASH' })
    t.equal(made.id, 'new')
  })
})
