import fc from 'fast-check'
import t from 'tap'
import {
  changedOverlay,
  checkPatch,
  checkUnset,
  describeChange,
  parseAssignments,
  refuseIdleChange,
} from '../../../src/cli/fleet/remote-change.js'
import { changeFrom } from '../../../src/cli/fleet/set-options.js'
import { AffectdError } from '../../../src/errors.js'
import type { JsonObject } from '../../../src/hostile-json.js'

t.test('assignments are read as the keys that they name want', (t) => {
  t.same(
    parseAssignments([
      'affect.min_confidence=0.5',
      'capture.device=a=b',
      'log.level=null',
      'affect.adaptation.mode=off',
    ]),
    {
      affect: { min_confidence: 0.5, adaptation: { mode: 'off' } },
      capture: { device: 'a=b' },
      log: { level: null },
    },
  )
  const refusals = [
    [
      'affect.min_confidence=2',
      'CONFIG_INVALID_VALUE',
      /affect\.min_confidence is "2" .*a number from 0 to 1/,
    ],
    ['affect.min_confidence=', 'CONFIG_INVALID_VALUE', /min_confidence/],
    ['affect.min_confidnce=1', 'CONFIG_UNKNOWN_KEY', /did you mean affect\.min_confidence\?/],
    ['affect=null', 'CONFIG_UNKNOWN_KEY', /affect/],
    ['__proto__.x=1', 'CONFIG_UNKNOWN_KEY', /__proto__/],
    ['mqtt.password=hush', 'CONFIG_NOT_REMOTE', /mqtt\.password .* set it on the device/],
    ['mqtt.password=null', 'CONFIG_NOT_REMOTE', /mqtt\.password/],
    ['device.id=x', 'CONFIG_NOT_REMOTE', /device\.id/],
  ] as const
  for (const [pair, code, message] of refusals) {
    t.throws(() => parseAssignments([pair]), { code, message, exitCode: 78 }, pair)
  }
  try {
    parseAssignments(['mqtt.password=hush'])
  } catch (error) {
    t.notMatch((error as Error).message, /hush/)
  }
  t.end()
})

t.test('a patch from a file is checked like a device would', (t) => {
  t.doesNotThrow(() => checkPatch({ affect: { min_confidence: null, adaptation: { mode: 'all' } } }, 'f'))
  const refusals: (readonly [JsonObject, string])[] = [
    [{ affect: null }, 'CONFIG_INVALID_VALUE'],
    [{ affect: [] }, 'CONFIG_INVALID_VALUE'],
    [{ affect: { min_confidence: '0.5' } }, 'CONFIG_INVALID_VALUE'],
    [{ affect: { min_confidence: {} } }, 'CONFIG_INVALID_VALUE'],
    [{ 'affect.min_confidence': 0.5 }, 'CONFIG_UNKNOWN_KEY'],
    [{ capture: { source: 'stdin' } }, 'CONFIG_NOT_REMOTE'],
    [JSON.parse('{"__proto__":{"x":1}}') as JsonObject, 'CONFIG_UNKNOWN_KEY'],
  ]
  for (const [patch, code] of refusals)
    t.throws(() => checkPatch(patch, 'f'), { code }, JSON.stringify(patch))
  t.throws(() => checkUnset(['affect.x']), { code: 'CONFIG_UNKNOWN_KEY' })
  t.doesNotThrow(() => checkUnset(['affect', 'affect.adaptation', 'log.level']))
  t.end()
})

t.test('a change is laid over the overlay, or replaces it', (t) => {
  const overlay = { log: { level: 'info' }, affect: { min_confidence: 0.5 } }
  const patch = { log: { level: 'warn' } }
  const change = { patch, unset: ['affect.min_confidence'], isReplacing: false }
  t.same(changedOverlay(overlay, change), patch)
  t.same(changedOverlay(overlay, { patch: {}, unset: [], isReplacing: true }), {})
  t.throws(() => refuseIdleChange({ patch: {}, unset: [], isReplacing: false }), { code: 'USAGE_ARGUMENTS' })
  t.equal(describeChange(change), 'set log.level="warn", unset affect.min_confidence')
  t.equal(describeChange({ patch: {}, unset: [], isReplacing: true }), 'replace all by, nothing')
  t.end()
})

t.test('a patch comes from a file or stdin, and words on the command line win', (t) => {
  const file = `${t.testdir({ 'p.json': '{"log":{"level":"debug"},"affect":{"min_confidence":0.1}}', 'bad.json': '[1]' })}/`
  const none = (): string => ''
  t.same(changeFrom(['log.level=warn'], { patch: `${file}p.json` }, none).patch, {
    log: { level: 'warn' },
    affect: { min_confidence: 0.1 },
  })
  t.same(changeFrom([], { patch: '-' }, () => '{"log":{"level":"warn"}}').patch, { log: { level: 'warn' } })
  t.throws(() => changeFrom([], { patch: `${file}none.json` }, none), {
    code: 'INPUT_NOT_FOUND',
    exitCode: 66,
  })
  t.throws(() => changeFrom([], { patch: `${file}bad.json` }, none), { code: 'INPUT_UNREADABLE' })
  t.throws(() => changeFrom([], { patch: '-' }, none), { code: 'INPUT_UNREADABLE' })
  t.throws(() => changeFrom([], { replace: true, unset: ['log'] }, none), { code: 'USAGE_ARGUMENTS' })
  t.end()
})

t.test('of a patch or an assignment that is wrong only an AffectdError escapes', (t) => {
  const only = (act: () => unknown): boolean => {
    try {
      act()
    } catch (error) {
      return error instanceof AffectdError
    }
    return true
  }
  const names = fc.constantFrom(
    'affect',
    'min_confidence',
    'log',
    'level',
    '__proto__',
    'adaptation',
    'toString',
  )
  const patch = fc.dictionary(
    fc.oneof(names, fc.string()),
    fc.oneof(fc.jsonValue(), fc.dictionary(names, fc.jsonValue())),
  )
  fc.assert(fc.property(patch, (value) => only(() => checkPatch(value as JsonObject, 'f'))))
  fc.assert(fc.property(fc.string(), (text) => only(() => changeFrom([], { patch: '-' }, () => text))))
  fc.assert(
    fc.property(names, names, fc.string(), (a, b, text) =>
      only(() => parseAssignments([`${a}.${b}=${text}`])),
    ),
  )
  t.end()
})
