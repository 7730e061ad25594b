import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { CONFIG_KEYS } from '../../src/config/config.js'
import { signedText, type SignedTarget } from '../../src/config/remote/signed-text.js'
import { arbitraryValues, patchOf } from './arbitrary-patch.js'
import { hostileCorpus } from './hostile-corpus.js'

/** A message on `config/desired`, of which it is known what must become of it. */
export interface DesiredMessage {
  /** @param last the last revision of the scope that was dealt with; 0: none */
  readonly payload: (last: number, target: SignedTarget) => Uint8Array
  readonly fate: 'passed over' | 'rejected' | 'applied'
  /** By the operator, for whom it is sent to: the fate is the same where signatures are asked for. */
  readonly isSigned: boolean
}

const operator = generateKeyPairSync('ed25519')
const stranger = generateKeyPairSync('ed25519').privateKey
export const operatorKey = operator.publicKey

type Signer = 'operator' | 'stranger' | 'for another' | 'nobody'
const signers = fc.constantFrom<Signer>('operator', 'operator', 'stranger', 'for another', 'nobody')
const steps = fc.integer({ min: 1, max: 1000 })

/** Keys of gate and of a rule may be at odds with each other, a device must be there, privacy only be made stricter. */
const goodPatches = arbitraryValues(
  (key) => /^gate\.|^alerts\.(anger|fatigue)\.|^privacy\.|^capture\.device$/.test(key),
  3,
).map(patchOf)

const anything = fc.jsonValue({ maxDepth: 2 })
const badPatches: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"affect":{"__proto__":{"min_confidence":0.5}}}',
    '{"mqtt":{"__proto__":null}}',
    '{"affect":[]}',
    '{"":{"":1}}',
    '{"affect.min_confidence":0.5}',
    '{"gate":{"window_ms":500,"window_hop_ms":2000}}',
    `{"affect":{"${'x'.repeat(60_000)}":1}}`,
    `{"log":{"level":"${'x'.repeat(60_000)}"}}`,
    `{"${'x'.repeat(60_000)}":null}`,
  ),
  fc
    .tuple(fc.constantFrom(...[...CONFIG_KEYS].filter(([, { remote }]) => !remote)), anything)
    .map(([[key], value]) => JSON.stringify(patchOf(new Map([[key, value]])))),
  fc
    .tuple(fc.constantFrom(...[...CONFIG_KEYS].filter(([, { remote }]) => remote)), anything)
    .filter(([[, { format }], value]) => value !== null && !format.accepts(value))
    .map(([[key], value]) => JSON.stringify(patchOf(new Map([[key, value]])))),
)

function arbitraryRevision(
  patches: fc.Arbitrary<string>,
  fate: DesiredMessage['fate'],
  revisionAfter: (last: number, step: number) => number,
): fc.Arbitrary<DesiredMessage> {
  return fc.record({ patch: patches, step: steps, signer: signers }).map(({ patch, step, signer }) => ({
    fate,
    isSigned: signer === 'operator',
    payload(last, target) {
      const revision = revisionAfter(last, step)
      const signature = signatureOf(signer, target, revision, patch)
      return Buffer.from(`{"revision":${revision},"patch":${patch}${signature}}`)
    },
  }))
}

function signatureOf(signer: Signer, target: SignedTarget, revision: number, patch: string): string {
  if (signer === 'nobody') return ''
  const whom = signer === 'for another' ? `${target}-2` : target
  const text = signedText(whom as SignedTarget, revision, JSON.parse(patch))
  const signature = sign(null, Buffer.from(text), signer === 'stranger' ? stranger : operator.privateKey)
  return `,"signature":"${signature.toString('base64')}"`
}

const good = goodPatches.map((patch) => JSON.stringify(patch))
const malformed: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom(...hostileCorpus),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .tuple(good, fc.constantFrom('0', '-1', '1.5', '"7"', 'null', 'true', '1e999', '[1]', '1e300'))
    .map(([patch, revision]) => Buffer.from(`{"revision":${revision},"patch":${patch}}`)),
  // What is cut short is JSON no more.
  fc.tuple(good, fc.double({ min: 0, max: 0.99, noNaN: true })).map(([patch, share]) => {
    const whole = Buffer.from(`{"revision":999999,"patch":${patch}}`)
    return whole.subarray(0, Math.floor(whole.length * share))
  }),
  fc.constant(Buffer.from(`{"revision":999999,"patch":{}${' '.repeat(64 * 1024)}}`)),
)

export const desiredMessages: fc.Arbitrary<DesiredMessage> = fc.oneof(
  malformed.map((bytes) => ({ payload: () => bytes, fate: 'passed over' as const, isSigned: false })),
  arbitraryRevision(good, 'passed over', (last, step) => Math.max(0, last + 1 - step)),
  arbitraryRevision(badPatches, 'rejected', (last, step) => last + step),
  arbitraryRevision(good, 'applied', (last, step) => last + step),
)
