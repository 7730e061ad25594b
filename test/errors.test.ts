import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import * as errors from '../src/errors.js'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const CODE =
  /(['"`])((?:USAGE|INPUT|CAPTURE|CONFIG|MODEL|PUBLISH|REQUEST|FLEET|INTERNAL|AFFECT|BASELINE|ALERTS|FATIGUE|PRIVACY|SCHEDULE|SUMMARY|SERVICE|GATE|CRASH|STATE(?!_DIRECTORY)|CORPUS|TRAINING|EVALUATION)_[A-Z0-9_]+)\1/g
/** Subclass by the first word of its codes; `CAPTURE_BAD_…` are configuration. */
const EXIT: Readonly<Record<string, readonly string[]>> = {
  USAGE: ['64'],
  INPUT: ['66'],
  CAPTURE: ['69', '78', '–'],
  CONFIG: ['78', '–'],
  MODEL: ['78', '–'],
  PUBLISH: ['69', '–'],
  REQUEST: ['–'],
  FLEET: ['69'],
  BASELINE: ['–'],
  ALERTS: ['–'],
  FATIGUE: ['–'],
  PRIVACY: ['–'],
  SCHEDULE: ['–'],
  SUMMARY: ['–'],
  SERVICE: ['–'],
  CRASH: ['–'],
  STATE: ['78', '–'],
  INTERNAL: ['70', '–'],
  CORPUS: ['66', '78'],
  TRAINING: ['66', '78'],
  EVALUATION: ['66'],
}

function codesInSources(): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const folder of ['src', 'training/src']) {
    for (const name of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue
      const text = readFileSync(join(ROOT, folder, name), 'utf8')
      for (const [, , code] of text.matchAll(CODE)) found.set(code, `${folder}/${name}`)
    }
  }
  return found
}

function codesInDocs(): ReadonlyMap<string, { exit: string; cells: number }> {
  const text = readFileSync(join(ROOT, 'docs', 'errors.md'), 'utf8')
  const rows = [...text.matchAll(/^\| `([A-Z0-9_]+)`\s*\|(.*)\|$/gm)]
  return new Map(
    rows.map(([, code, rest]) => {
      const cells = rest.split('|').map((cell) => cell.trim())
      return [code, { exit: cells[0], cells: cells.filter((cell) => cell !== '').length }]
    }),
  )
}

t.test('every code in the sources is documented', async (t) => {
  const documented = codesInDocs()
  for (const [code, file] of codesInSources())
    t.ok(documented.has(code), `${code} of ${file} is in docs/errors.md`)
})

t.test(
  'every documented code is in the sources, with an exit status, a meaning and what to do',
  async (t) => {
    const used = codesInSources()
    for (const [code, { exit, cells }] of codesInDocs()) {
      t.ok(used.has(code), `${code} is used`)
      t.ok(EXIT[code.split('_')[0]]?.includes(exit), `${code} exits with ${exit}`)
      t.equal(cells, 3, code)
    }
  },
)

t.test('each kind of error has the exit status of the command line', async (t) => {
  const { UsageError, InputError, CaptureError, PublishError, ConfigError, ModelError, InternalError } =
    errors
  const kinds = [
    [UsageError, 64],
    [InputError, 66],
    [CaptureError, 69],
    [PublishError, 69],
    [InternalError, 70],
    [ConfigError, 78],
    [ModelError, 78],
  ] as const
  for (const [Kind, exitCode] of kinds) {
    const error = new Kind('X_Y', 'message')
    t.match(error, { code: 'X_Y', exitCode, name: Kind.name, message: 'message' })
    t.ok(error instanceof errors.AffectdError)
  }
  t.match(new errors.ShapeError('logits', 8, 7), {
    code: 'INTERNAL_SHAPE',
    exitCode: 70,
    message: /logits.*7.*8/,
  })
})
