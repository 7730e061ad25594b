import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import t from 'tap'

import { AffectdError } from '../../src/errors.js'
import { verifyGolden } from '../../src/nn/golden.js'
import { createNetwork } from '../../src/nn/network.js'
import { forge, readTiny, writeTiny, type Loose } from './tiny-artefact.js'

t.test('only an AffectdError escapes from a manifest with any values in it', (t) => {
  const directory = writeTiny(t)
  const path = join(directory, 'manifest.json')
  const original = readFileSync(path, 'utf8')
  const strange = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(0, -1, 1, 2 ** 20, 2 ** 31, 1e300, 0.5, '', 'a', null, [], {}, [[1]], true),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  )
  fc.assert(
    fc.property(fc.nat(), strange, (position, value) => {
      const manifest = JSON.parse(original) as Loose
      const places: [Loose, string][] = []
      const walk = (node: Loose) => {
        for (const key of Object.keys(node)) {
          places.push([node, key])
          if (typeof node[key] === 'object' && node[key] !== null) walk(node[key])
        }
      }
      walk(manifest)
      const [node, key] = places[position % places.length]!
      node[key] = value
      writeFileSync(path, JSON.stringify(manifest))
      try {
        const { manifest: accepted, weights, golden } = readTiny(directory)
        const network = createNetwork(accepted, weights)
        for (const { input } of golden) network.run(input)
      } catch (error) {
        if (!(error instanceof AffectdError) || error.exitCode !== 78) throw error
      }
    }),
    { numRuns: 400, seed: 1 },
  )
  t.end()
})

t.test('only an AffectdError escapes from a manifest with any bytes changed', (t) => {
  const directory = writeTiny(t)
  const path = join(directory, 'manifest.json')
  const original = readFileSync(path)
  fc.assert(
    fc.property(
      fc.nat(original.length - 1),
      fc.uint8Array({ minLength: 1, maxLength: 4 }),
      fc.nat(8),
      (at, bytes, removed) => {
        const changed = [original.subarray(0, at), bytes, original.subarray(at + removed)]
        writeFileSync(path, Buffer.concat(changed))
        try {
          readTiny(directory)
        } catch (error) {
          if (!(error instanceof AffectdError) || error.exitCode !== 78) throw error
        }
      },
    ),
    { numRuns: 300, seed: 2 },
  )
  t.end()
})

t.test('the network of any well-hashed weights runs or is refused', (t) => {
  const directory = writeTiny(t)
  const length = readFileSync(join(directory, 'weights.bin')).length
  fc.assert(
    fc.property(fc.uint8Array({ minLength: length - 4, maxLength: length + 4 }), (bytes) => {
      forge(directory, 'weights.bin', () => Buffer.from(bytes))
      try {
        const { manifest, weights, golden } = readTiny(directory)
        verifyGolden(createNetwork(manifest, weights), golden)
      } catch (error) {
        if (!(error instanceof AffectdError) || error.exitCode !== 78) throw error
      }
    }),
    { numRuns: 100, seed: 3 },
  )
  t.end()
})
