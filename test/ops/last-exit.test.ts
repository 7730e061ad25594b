import fc from 'fast-check'
import t from 'tap'
import { parseLastExit } from '../../src/ops/last-exit.js'

const parsed = (text: string): unknown => parseLastExit(Buffer.from(text))

t.test("what systemd says of the service's end is read, with and without a process that ended", async (t) => {
  t.same(parsed('watchdog killed ABRT\n'), { result: 'watchdog', status: 'ABRT' })
  t.same(parsed('exit-code exited 70'), { result: 'exit-code', status: '70' })
  t.same(parsed('success exited 0\n'), { result: 'success', status: '0' })
  t.same(parsed('core-dump dumped SEGV\n'), { result: 'core-dump', status: 'SEGV' })
  t.same(parsed('signal killed RTMIN+1\n'), { result: 'signal', status: 'RTMIN+1' })
  t.same(parsed('resources  \n'), { result: 'resources', status: null })
})

t.test('anything else is not', async (t) => {
  for (const text of [
    '',
    '\n',
    'signal KILLED 9',
    'signal killed 9\nmore',
    'signal killed \u001b[2J',
    ' a b c',
  ]) {
    t.equal(parsed(text), undefined, JSON.stringify(text))
  }
  t.equal(parsed(`signal killed KILL${' '.repeat(300)}`), undefined, 'too long')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const end = parseLastExit(bytes)
      return end === undefined || /^[a-z-]{1,32}$/.test(end.result)
    }),
  )
})
