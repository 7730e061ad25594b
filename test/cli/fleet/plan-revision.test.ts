import { generateKeyPairSync, verify } from 'node:crypto'
import t from 'tap'
import { planRevision, type RevisionInputs } from '../../../src/cli/fleet/plan-revision.js'
import type { ReportedRevision } from '../../../src/cli/fleet/reported.js'
import { readRevisionSigner, revisionSigner } from '../../../src/cli/fleet/revision-signer.js'
import { signedText } from '../../../src/config/remote/signed-text.js'

const PATCH = { log: { level: 'warn' } }

function inputs(over: Partial<RevisionInputs> = {}): RevisionInputs {
  return {
    target: 'device/a',
    kept: undefined,
    reported: [],
    change: { patch: PATCH, unset: [], isReplacing: false },
    signer: undefined,
    ...over,
  }
}

const replacing = { patch: PATCH, unset: [], isReplacing: true }
const applied = (revision: number): ReportedRevision => ({ revision, status: 'applied', error: null })
const kept = (revision: number, patch = {}, signature?: string): RevisionInputs['kept'] => ({
  revision,
  patch,
  signature,
})

t.test('the first revision is 1, each other one above what was desired or reported', (t) => {
  t.match(planRevision(inputs()), {
    revision: 1,
    overlay: PATCH,
    payload: JSON.stringify({ revision: 1, patch: PATCH }),
  })
  t.equal(planRevision(inputs({ kept: kept(7), reported: [applied(7)] })).revision, 8)
  t.equal(
    planRevision(inputs({ kept: kept(9), reported: [applied(7)] })).revision,
    10,
    'sent and not dealt with yet',
  )
  t.equal(planRevision(inputs({ reported: [applied(7)], change: replacing })).revision, 8)
  t.equal(
    planRevision(inputs({ kept: kept(7), reported: [applied(3), applied(7)] })).revision,
    8,
    'of a group',
  )
  t.end()
})

t.test('a change is laid over what is kept, and is none if all of it is in force', (t) => {
  const overlay = { affect: { min_confidence: 0.5 } }
  const plan = planRevision(inputs({ kept: kept(7, overlay), reported: [applied(7)] }))
  t.same(plan.overlay, { ...overlay, ...PATCH })
  const same = { kept: kept(7, { ...PATCH, ...overlay }), reported: [applied(7)] }
  t.match(planRevision(inputs(same)), { isInForce: true, revision: 7 })
  t.match(planRevision(inputs({ ...same, reported: [applied(6)] })), { isInForce: false, revision: 8 })
  t.match(planRevision(inputs({ ...same, reported: [applied(7), applied(6)] })), { isInForce: false })
  t.match(planRevision(inputs({ ...same, reported: [] })), { isInForce: false }, 'nobody has said so')
  const rejected = { revision: 7, status: 'rejected', error: null } as const
  t.match(planRevision(inputs({ ...same, reported: [rejected] })), {
    isInForce: false,
    caution: /laid over revision 7, which was rejected/,
  })
  t.equal(planRevision(inputs({ ...same, reported: [rejected], change: replacing })).caution, null)
  t.end()
})

t.test('an overlay that is not the one the device knows is not built upon', (t) => {
  for (const state of [undefined, 'unreadable', kept(6)] as const) {
    const known = { kept: state, reported: [applied(7)] }
    t.throws(() => planRevision(inputs(known)), { code: 'FLEET_OVERLAY_UNKNOWN', exitCode: 69 })
    t.match(planRevision(inputs({ ...known, change: replacing })), { revision: 8, overlay: PATCH })
  }
  t.throws(() => planRevision(inputs({ kept: 'unreadable' })), { code: 'FLEET_OVERLAY_UNKNOWN' })
  t.throws(() => planRevision(inputs({ kept: kept(Number.MAX_SAFE_INTEGER) })), {
    code: 'FLEET_REVISION_LIMIT',
  })
  const large = { affect: { x: 'x'.repeat(64 * 1024) } }
  t.throws(() => planRevision(inputs({ kept: kept(1, large) })), { code: 'FLEET_TOO_LARGE' })
  t.end()
})

t.test('with a key the revision is signed, and only what it has signed is built upon', (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const signer = revisionSigner(privateKey)
  const plan = planRevision(inputs({ signer }))
  const { revision, patch, signature } = JSON.parse(plan.payload) as {
    revision: number
    patch: object
    signature: string
  }
  const text = Buffer.from(signedText('device/a', revision, patch))
  t.ok(verify(null, text, publicKey, Buffer.from(signature, 'base64')))

  const signed = (target: 'device/a' | 'device/b'): RevisionInputs['kept'] =>
    kept(1, patch, signer.sign(target, 1, patch))
  t.equal(planRevision(inputs({ signer, kept: signed('device/a') })).revision, 2)
  const stolen = inputs({ signer, kept: signed('device/b') })
  t.throws(() => planRevision(stolen), { code: 'FLEET_UNSIGNED' })
  t.throws(() => planRevision(inputs({ signer, kept: kept(1, patch) })), { code: 'FLEET_UNSIGNED' })
  const forged = kept(Number.MAX_SAFE_INTEGER, { capture: { device: 'x' } }, 'A'.repeat(86) + '==')
  t.match(
    planRevision(inputs({ signer, kept: forged, reported: [applied(3)], change: replacing })),
    { revision: 4, overlay: PATCH },
    'what a stranger wrote does not count at all',
  )
  t.end()
})

t.test('a file that holds no key of an operator is refused', (t) => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  })
  const ed = generateKeyPairSync('ed25519')
  const folder = t.testdir({
    rsa: String(rsa),
    junk: 'junk',
    public: String(ed.publicKey.export({ type: 'spki', format: 'pem' })),
    locked: String(
      ed.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
    ),
  })
  for (const name of ['rsa', 'junk', 'public', 'locked']) {
    t.throws(() => readRevisionSigner(`${folder}/${name}`), { code: 'CONFIG_REMOTE_KEY', exitCode: 78 }, name)
  }
  t.throws(() => readRevisionSigner(`${folder}/none`), { code: 'CONFIG_NOT_FOUND' })
  t.end()
})
