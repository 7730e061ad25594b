import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { openNotifyChannel } from '../../../src/ops/service/notify-channel.js'
import { recordingLogger } from '../../support/recording-logger.js'

// Node cannot hear such sockets either.
const RECEIVER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1].replace('@', chr(0), 1))
print('bound', flush=True)
for _ in range(int(sys.argv[2])):
    print(repr(s.recv(4096).decode()), flush=True)
`

async function receive(address: string, count: number) {
  const receiver = spawn('python3', ['-c', RECEIVER, address, String(count)])
  let text = ''
  receiver.stdout.setEncoding('utf8').on('data', (more: string) => (text += more))
  while (!text.includes('bound')) await once(receiver.stdout, 'data')
  return {
    async datagrams(): Promise<string[]> {
      if (receiver.exitCode === null) await once(receiver, 'close')
      return text.trim().split('\n').slice(1)
    },
  }
}

// A path of a socket has at most 107 bytes.
const folder = mkdtempSync(join(tmpdir(), 'affectd-notify-'))
t.teardown(() => rmSync(folder, { recursive: true }))

for (const kind of ['a path', 'the abstract namespace']) {
  t.test(`words arrive as datagrams, in order, at ${kind}`, async (t) => {
    const address = kind === 'a path' ? join(folder, 'notify') : `@affectd-test-${process.pid}`
    const receiver = await receive(address, 3)
    const log = recordingLogger()
    const channel = openNotifyChannel(address, log)
    channel.send(['READY=1'])
    channel.send(['STATUS=a broker\tsaid\nWATCHDOG=1 – é', 'WATCHDOG=1'])
    channel.send(['STOPPING=1'])
    channel.close()
    t.same(await receiver.datagrams(), [
      `'READY=1'`,
      `'STATUS=a broker said WATCHDOG=1 – é\\nWATCHDOG=1'`,
      `'STOPPING=1'`,
    ])
    t.same(log.lines, [])
  })
}

t.test('where nobody hears, that is said once and nothing else happens', async (t) => {
  const address = join(folder, 'nobody')
  const log = recordingLogger()
  const channel = openNotifyChannel(address, log)
  for (let i = 0; i < 3; i++) channel.send(['WATCHDOG=1'])
  while (log.lines.length === 0) await new Promise((resolve) => setImmediate(resolve))
  channel.close()
  t.match(log.lines, [{ fields: { code: 'SERVICE_NOTIFY', reason: /No such file/ } }])
  t.notOk(existsSync(address))
})
