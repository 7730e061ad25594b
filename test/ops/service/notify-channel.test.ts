import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { openNotifyChannel } from '../../../src/ops/service/notify-channel.js'
import { receiveNotifications } from '../../support/notify-receiver.js'
import { recordingLogger } from '../../support/recording-logger.js'

// A path of a socket has at most 107 bytes.
const folder = mkdtempSync(join(tmpdir(), 'affectd-notify-'))
t.teardown(() => rmSync(folder, { recursive: true }))

for (const kind of ['a path', 'the abstract namespace']) {
  t.test(`words arrive as datagrams, in order, at ${kind}`, async (t) => {
    const address = kind === 'a path' ? join(folder, 'notify') : `@affectd-test-${process.pid}`
    const receiver = await receiveNotifications(address, 3)
    const log = recordingLogger()
    const channel = openNotifyChannel(address, log)
    channel.send(['READY=1'])
    channel.send(['STATUS=a broker\tsaid\nWATCHDOG=1 – é', 'WATCHDOG=1'])
    channel.send(['STOPPING=1'])
    await channel.close()
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
  await channel.close()
  t.match(log.lines, [{ fields: { code: 'SERVICE_NOTIFY', reason: /No such file/ } }])
  t.notOk(existsSync(address))
})

t.test('it is closed once the last word is gone, even the first one', async (t) => {
  const address = join(folder, 'closed')
  const receiver = await receiveNotifications(address, 1)
  const channel = openNotifyChannel(address, recordingLogger())
  channel.send(['STATUS=CONFIG_NOT_FOUND'])
  let isClosed = false
  const closed = channel.close().then(() => (isClosed = true))
  t.equal(isClosed, false)
  await closed
  t.same(await receiver.datagrams(), [`'STATUS=CONFIG_NOT_FOUND'`])
  await channel.close()
})
