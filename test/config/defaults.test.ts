import t from 'tap'
import { defaultDeviceId, defaultStateDir } from '../../src/config/defaults.js'
import type { Machine } from '../../src/config/key-spec.js'

function machine(part: Partial<Machine>): Machine {
  return { hostname: 'h', homeDir: '/home/u', isRoot: false, env: {}, ...part }
}

t.test("the device id is the host's name in the characters of an id", async (t) => {
  const id = (hostname: string): string => defaultDeviceId(machine({ hostname }))
  t.equal(id('bus-12'), 'bus-12')
  t.equal(id('bus-12.lan.example'), 'bus-12')
  t.equal(id('Küche & Flur'), 'K-che-Flur')
  t.equal(id('日本'), 'affectd')
  t.equal(id(''), 'affectd')
  t.equal(id('x'.repeat(200)), 'x'.repeat(64))
})

t.test("the state folder is systemd's, the system's for root, else the user's", async (t) => {
  t.equal(
    defaultStateDir(machine({ env: { STATE_DIRECTORY: '/var/lib/private/affectd:/other' } })),
    '/var/lib/private/affectd',
  )
  t.equal(defaultStateDir(machine({ isRoot: true })), '/var/lib/affectd')
  t.equal(defaultStateDir(machine({ env: { XDG_STATE_HOME: '/s' } })), '/s/affectd')
  t.equal(defaultStateDir(machine({ env: { XDG_STATE_HOME: 'relative' } })), '/home/u/.local/state/affectd')
})
