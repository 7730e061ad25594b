import t from 'tap'
import { createLogger } from '../../src/ops/logger.js'
import type { LoggerOptions } from '../../src/ops/logger.js'
import { maskUrlCredentials } from '../../src/ops/mask-credentials.js'
import { formatLogLine } from '../../src/ops/pretty-log.js'

function logged(
  options: Partial<LoggerOptions>,
  isTTY = false,
): { lines: string[]; log: ReturnType<typeof createLogger> } {
  const lines: string[] = []
  const stream = { write: (text: string) => lines.push(text), isTTY }
  return { lines, log: createLogger({ level: 'info', format: 'auto', stream, ...options }) }
}

t.test('a service logs one JSON object a line, with level names and RFC 3339 times', (t) => {
  const { lines, log } = logged({})
  log.child({ stage: 'publish' }).warn({ code: 'X', depth: 3 }, 'said')
  log.debug({}, 'not at this level')
  t.equal(lines.length, 1)
  t.match(JSON.parse(lines[0] ?? ''), {
    level: 'warn',
    stage: 'publish',
    code: 'X',
    depth: 3,
    msg: 'said',
    time: /Z$/,
  })
  t.ok(lines[0]?.endsWith('\n'))
  t.end()
})

t.test('a person reads a plain line; colours only on a terminal', (t) => {
  const terminal = logged({ color: true }, true)
  terminal.log.error({ broker: 'mqtt://h', why: 'two words' }, 'no connection')
  t.match(
    terminal.lines[0],
    /^\d\d:\d\d:\d\d\.\d{3} \u001b\[31mERROR\u001b\[0m no connection broker=mqtt:\/\/h why="two words"\n$/,
  )
  const piped = logged({ format: 'pretty' })
  piped.log.info({}, 'hello')
  t.match(piped.lines[0], /^[\d:.]+ INFO {2}hello\n$/)
  t.end()
})

t.test('errors show their code and message, our bugs their stack too', (t) => {
  const { lines, log } = logged({ format: 'pretty' })
  log.error({ err: Object.assign(new Error('broken'), { code: 'MODEL_HASH' }) }, 'x')
  t.match(lines[0], /x \(MODEL_HASH: broken\)\n$/)
  log.error({ err: new TypeError('oops') }, 'y')
  t.match(lines[1], /TypeError: oops\n\s+at /)
  t.equal(formatLogLine('not json\n', false), 'not json\n')
  t.equal(formatLogLine('7\n', false), '7\n')
  t.end()
})

t.test('secrets do not reach the log', (t) => {
  for (const format of ['json', 'pretty'] as const) {
    const { lines, log } = logged({ format })
    log.info(
      {
        password: 'hush',
        mqtt: { password: 'hush', url: 'mqtt://bus:hush@h:1883' },
        a: { b: { token: 'hush' } },
      },
      'm',
    )
    log.info({ err: new Error('cannot reach mqtts://u:hu@sh@host/x') }, 'mqtt://u:hush@h failed')
    t.notMatch(lines.join(''), /hush|hu@sh/)
    t.match(lines.join(''), /mqtt:\/\/\*\*\*@h/)
  }
  t.equal(maskUrlCredentials('see http://a/b, mail x@y'), 'see http://a/b, mail x@y')
  t.end()
})
