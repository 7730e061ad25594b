import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { checkSettings } from '../src/cli/check-settings.js'
import type { RemoteScope } from '../src/config/remote/desired.js'
import type { SignedTarget } from '../src/config/remote/signed-text.js'
import { desiredMessages, operatorKey, type DesiredMessage } from './support/hostile-desired.js'
import { memoryGrowth } from './support/memory-growth.js'
import { RemoteRig, settled } from './support/remote-rig.js'

const TARGETS: Readonly<Record<RemoteScope, SignedTarget>> = { device: 'device/d', group: 'group/g' }
/** Far from what a stranger may send: what is said of it is kept, logged and published. */
const MAX_MESSAGE_CHARS = 2000

type Sent = DesiredMessage & { readonly scope: RemoteScope }
const messages: fc.Arbitrary<Sent> = fc
  .tuple(desiredMessages, fc.constantFrom<RemoteScope>('device', 'group'))
  .map(([message, scope]) => ({ ...message, scope }))

/** Remote configuration, and what it must come to. */
class Fuzzed {
  readonly rig: RemoteRig
  readonly last = { device: 0, group: 0 }
  readonly fates = { 'passed over': 0, rejected: 0, applied: 0 }

  constructor(
    private readonly folder: string,
    private readonly hasKey: boolean,
  ) {
    this.rig = new RemoteRig(folder, {
      group: 'g',
      key: hasKey ? operatorKey : undefined,
      check: async (loaded) => void checkSettings(loaded),
    })
  }

  /** Everything that a message may not touch. */
  get #kept(): object {
    const { remote, did } = this.rig
    const { refused: _, ...report } = remote.report
    const path = join(this.folder, 'remote-config.json')
    return { report, did: [...did], file: existsSync(path) ? readFileSync(path, 'utf8') : null }
  }

  /** @returns what is wrong; empty: nothing */
  async send({ scope, payload, fate, isSigned }: Sent): Promise<string> {
    const { rig, last } = this
    // Trials may end: that is not the message's doing.
    await rig.pass(1)
    const before = JSON.stringify(this.#kept)
    const { effective } = rig.remote.report
    const bytes = payload(last[scope], TARGETS[scope])
    rig.remote.receive(scope, bytes)
    await settled()
    const { report } = rig.remote
    for (const error of [report.device.error, report.group?.error, report.refused?.error]) {
      if ((error?.message.length ?? 0) > MAX_MESSAGE_CHARS) return 'what is said of it is too long'
      if (error?.code.startsWith('INTERNAL') === true) return error.message
    }
    const actual = this.hasKey && !isSigned ? 'passed over' : fate
    this.fates[actual] += 1
    if (actual === 'passed over') return JSON.stringify(this.#kept) === before ? '' : 'it changed something'
    const { revision } = JSON.parse(Buffer.from(bytes).toString()) as { revision: number }
    last[scope] = revision
    const verdict = scope === 'device' ? report.device : report.group
    if (verdict?.revision !== revision || verdict.status !== actual) {
      return `${revision} is not ${actual}: ${JSON.stringify(verdict)}`
    }
    const isSame = JSON.stringify(report.effective) === JSON.stringify(effective)
    return actual === 'rejected' && !isSame ? 'what is rejected is in force' : ''
  }
}

t.test('whatever is desired, only a valid revision above the last changes anything', async (t) => {
  const fates = { 'passed over': 0, rejected: 0, applied: 0 }
  const folder = t.testdir()
  let n = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(messages, { maxLength: 20, size: 'max' }),
      fc.boolean(),
      async (sent, hasKey) => {
        const fuzzed = new Fuzzed(join(folder, String(n++)), hasKey)
        for (const message of sent) {
          const wrong = await fuzzed.send(message)
          if (wrong !== '') throw new Error(wrong)
        }
        // The next start finds all of it.
        const before = { ...fuzzed.rig.remote.report, refused: null }
        fuzzed.rig.remote.close()
        const after = fuzzed.rig.start().remote.report
        if (!isDeepStrictEqual(after, before)) throw new Error('a restart forgets something')
        for (const fate of ['passed over', 'rejected', 'applied'] as const) fates[fate] += fuzzed.fates[fate]
      },
    ),
    { numRuns: 60 },
  )
  t.equal(({} as { polluted?: unknown }).polluted, undefined)
  for (const [fate, count] of Object.entries(fates)) t.ok(count > 50, `${count} ${fate}`)
})

t.test('what is refused or rejected leaves nothing in memory', async (t) => {
  const rig = new RemoteRig(t.testdir(), { group: 'g' })
  await rig.send({ revision: 1, patch: {} })
  let sent = 0
  const bytes = await memoryGrowth(async () => {
    for (let n = 0; n < 300; n++) {
      sent += 1
      const name = `${sent}${'x'.repeat(16_000)}`
      const revision = [0, 1, 1 + sent, -sent][n % 4]
      await rig.send({ revision, patch: { affect: { [name]: name } } }, n % 8 < 4 ? 'device' : 'group')
    }
    rig.log.lines.length = 0
  })
  t.match(rig.remote.report, { device: { status: 'rejected' }, group: { status: 'rejected' } })
  // A round has nearly ten million, a quarter of them in revisions that are remembered as rejected.
  t.ok(bytes < 500_000, `${bytes} bytes`)
})
