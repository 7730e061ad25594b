import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { brokerOptions } from '../../src/cli/broker-options.js'
import { loadConfig } from '../../src/config/load-config.js'

t.test('names and tokens come from files and systemd credentials, read each time', (t) => {
  const folder = t.testdir({ name: 'bus-12\n', token: 'first\n' })
  const set = [`mqtt.username_file=${join(folder, 'name')}`, 'mqtt.password_file=credential:token']
  const { config } = loadConfig({ env: {}, set })
  const env = { CREDENTIALS_DIRECTORY: folder }
  t.match(brokerOptions(config, env), { username: 'bus-12', password: 'first', sessionExpiryS: 300 })
  writeFileSync(join(folder, 'token'), 'second')
  t.match(brokerOptions(config, env), { password: 'second' })
  t.throws(() => brokerOptions(config, {}), { code: 'CONFIG_NOT_FOUND', message: /LoadCredential=token:/ })
  t.end()
})

t.test('a credential is a name, not a path', (t) => {
  for (const name of ['../token', '', '.', 'a/b']) {
    const { config } = loadConfig({ env: {}, set: [`mqtt.password_file=credential:${name}`] })
    t.throws(
      () => brokerOptions(config, { CREDENTIALS_DIRECTORY: '/' }),
      { code: 'CONFIG_INVALID_VALUE' },
      name,
    )
  }
  t.end()
})
