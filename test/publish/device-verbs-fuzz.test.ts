import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { configJsonSchema } from '../../src/config/json-schema.js'
import { CONFIG_SCHEMA } from '../../src/config/schema.js'
import { shownTree } from '../../src/config/settings-table.js'
import { ListenSwitch } from '../../src/listen-switch.js'
import { StateFile } from '../../src/ops/state-file.js'
import { deviceVerbs } from '../../src/publish/device-verbs.js'
import type { Publication, Request } from '../../src/publish/publisher.js'
import { createRequestHandler } from '../../src/publish/requests.js'
import { createTopics } from '../../src/publish/topics.js'
import { hostileCorpus } from '../support/hostile-corpus.js'
import { memoryGrowth } from '../support/memory-growth.js'
import { RemoteRig } from '../support/remote-rig.js'

const VERBS = ['ping', 'health', 'config/get', 'config/schema', 'config/rollback', 'listen/set'] as const
const DEEDS = ['baseline/reset', 'restart'] as const
const FILES = ['remote-config.json', 'listening.json']

/** All that a request can reach of a device, the agent apart. */
class Device {
  readonly rig: RemoteRig
  readonly listening: ListenSwitch
  readonly deeds: string[] = []
  readonly bugs: unknown[] = []
  readonly handle: (request: Request) => Promise<Publication | null>

  constructor(private readonly folder: string) {
    const rig = new RemoteRig(folder, { group: 'g' })
    this.rig = rig
    this.listening = new ListenSwitch(new StateFile(folder, 'listening.json'), rig.clock, rig.log)
    const { remote } = rig
    const verbs = deviceVerbs({
      mayAct: () => true,
      nowMs: () => rig.clock.nowMs(),
      config: () => ({ revision: remote.revision, effective: shownTree(remote.loaded) }),
      configSchema: () => configJsonSchema(CONFIG_SCHEMA),
      rollBackConfig: () => remote.rollBack(),
      setListening: (isOn) => ({
        kept: this.listening.hold('request', !isOn),
        listening: this.listening.state.listening,
        held_by: this.listening.state.heldBy,
      }),
      health: () => ({ uptime_s: 1 }),
      forgetVoice: () => ({ speech_ms: this.deeds.push('baseline/reset'), fatigue_speech_ms: 0 }),
      models: undefined,
      restart: () => void this.deeds.push('restart'),
    })
    const onBug = (error: unknown): void => void this.bugs.push(error)
    this.handle = createRequestHandler(createTopics('d'), verbs, { onBug, notToAnswerOn: ['ha/'] })
  }

  get kept(): string {
    const files = FILES.map((name) => join(this.folder, name)).filter((path) => existsSync(path))
    const { report } = this.rig.remote
    return JSON.stringify([report, this.listening.state, files.map((path) => readFileSync(path, 'utf8'))])
  }
}

const verbs = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...VERBS, ...DEEDS) },
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'to_string',
    'ping/',
    '../ping',
    'PING',
    'a'.repeat(60_000),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
)
const bodies = fc.record(
  {
    transaction: fc.oneof(
      fc.constantFrom('a', 'b', '__proto__'),
      fc.string({ maxLength: 200 }),
      fc.jsonValue(),
    ),
    listening: fc.oneof(fc.boolean(), fc.jsonValue()),
    ['__proto__']: fc.jsonValue(),
  },
  { requiredKeys: [] },
)
const payloads = fc.oneof(
  { weight: 3, arbitrary: bodies.map((body) => Buffer.from(JSON.stringify(body))) },
  fc.uint8Array({ maxLength: 200 }),
  fc.constantFrom(...hostileCorpus),
  fc.constant(Buffer.from(`{"transaction":"${'x'.repeat(70_000)}"}`)),
)
const responseTopics = fc.oneof(
  fc.constantFrom(
    'me/here',
    'affectd/d/response/x',
    'affectd/d/config/desired',
    'affectd/_group/g/config/desired',
    'affectd/e/request/restart',
    'homeassistant/device/d/config',
    'ha/device/d/config',
    '$SYS/x',
    'a/#',
  ),
  fc.string({ unit: 'binary', maxLength: 100 }),
)
const requests: fc.Arbitrary<Request> = fc.record({
  verb: verbs,
  payload: payloads,
  responseTopic: fc.option(responseTopics, { nil: undefined }),
  correlationData: fc.option(fc.uint8Array({ maxLength: 64 }), { nil: undefined }),
})

const MINE = /^affectd\/d\/response\//
const NOT_MINE = /^(affectd|homeassistant|ha)\/|^\$|[+#\u0000]|^$/

t.test('whatever is asked, there is one answer, and a deed only where the answer says ok', async (t) => {
  const folder = t.testdir()
  let n = 0
  const done = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(requests, { maxLength: 30, size: 'max' }), async (asked) => {
      const device = new Device(join(folder, String(n++)))
      await device.rig.send({ revision: 1, patch: { affect: { min_confidence: 0.5 } } })
      for (const request of asked) {
        const before = device.kept
        const deeds = device.deeds.length
        const answer = await device.handle(request)
        if (device.bugs.length > 0) throw device.bugs[0]
        const isChanged = device.kept !== before || device.deeds.length > deeds
        if (answer === null) {
          if (isChanged || /^[a-z]{1,32}(\/[a-z]{1,32})?$/.test(request.verb)) throw new Error('no answer')
          continue
        }
        const { topic, payload, retain } = answer
        if (retain || (!MINE.test(topic) && NOT_MINE.test(topic))) throw new Error(`on ${topic}`)
        const { status, error } = JSON.parse(payload) as { status: string; error?: { code: string } }
        if (status !== 'ok' && (isChanged || !/^(REQUEST|CONFIG)_/.test(error?.code ?? '')))
          throw new Error(payload)
        const mayChange = ['config/rollback', 'listen/set', ...DEEDS].includes(request.verb)
        if (isChanged && !mayChange) throw new Error(`${request.verb} changes something`)
        const key = `${request.verb} ${status}`
        done.set(key, (done.get(key) ?? 0) + 1)
      }
    }),
    { numRuns: 100 },
  )
  for (const verb of [...VERBS, ...DEEDS]) {
    t.ok((done.get(`${verb} ok`) ?? 0) > 5, `${verb} is carried out`)
    t.ok((done.get(`${verb} error`) ?? 0) > 5, `${verb} is refused`)
  }
})

t.test(
  'a request with a transaction of its own leaves no more in memory than its answer, for a while',
  async (t) => {
    const device = new Device(t.testdir())
    let sent = 0
    const bytes = await memoryGrowth(async () => {
      for (let n = 0; n < 2000; n++) {
        sent += 1
        const body = { transaction: `${sent}${'x'.repeat(120)}`, more: `${sent}${'y'.repeat(4000)}` }
        const verb = [...VERBS, ...DEEDS, 'no_verb'][n % 9] as string
        const payload = Buffer.from(JSON.stringify(body))
        await device.handle({ verb, payload, responseTopic: `to/${sent}`, correlationData: undefined })
      }
      device.rig.log.lines.length = 0
      device.deeds.length = 0
    })
    t.same(device.bugs, [])
    // The transactions alone have 250,000 bytes.
    t.ok(bytes < 100_000, `${bytes} bytes`)
  },
)
