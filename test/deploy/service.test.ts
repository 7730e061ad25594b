import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { skipUnless } from '../support/require-part.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const UNIT = readFileSync(join(ROOT, 'systemd', 'affectd.service'), 'utf8')
/** Of systemd, in tenths: what is promised is 2.0. */
const MOST_EXPOSED = 20

const folder = mkdtempSync(join(tmpdir(), 'affectd-unit-'))
t.teardown(() => rmSync(folder, { recursive: true }))

/** A unit is judged by its name, and what it starts must be there. */
function judged(text: string): string {
  const path = join(folder, 'affectd.service')
  writeFileSync(path, text.replaceAll('/opt/affectd/current/bin/affectd', '/bin/true'))
  return path
}
const exposure = (text: string) =>
  spawnSync(
    'systemd-analyze',
    ['security', '--offline=yes', `--threshold=${MOST_EXPOSED}`, '--no-pager', judged(text)],
    { encoding: 'utf8' },
  )

t.test('systemd finds no fault in the unit', skipUnless('systemd-analyze'), async (t) => {
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', judged(UNIT)], { encoding: 'utf8' })
  t.equal(stderr, '')
  t.equal(status, 0)
})

t.test(
  'little is exposed, and a unit without its hardening would be told',
  skipUnless('systemd-analyze'),
  async (t) => {
    t.equal(exposure(UNIT).status, 0, exposure(UNIT).stdout.slice(-70))
    t.not(exposure(UNIT.replace('ProtectSystem=strict', '').replace('CapabilityBoundingSet=', '')).status, 0)
  },
)

t.test('write-config.js sets, keeps and removes keys, and refuses what it cannot read', async (t) => {
  const script = join(ROOT, 'scripts', 'deploy', 'write-config.js')
  const write = (path: string, ...settings: string[]) =>
    spawnSync(process.execPath, [script, path, ...settings], { encoding: 'utf8' })
  const path = join(folder, 'config.json')
  writeFileSync(path, '{"mqtt":{"url":"mqtt://a","keepalive_s":10},"log":{"level":"debug"}}')
  const { stdout, status } = write(
    path,
    ...[
      'mqtt.url=mqtt://b?x=1',
      'mqtt.keepalive_s=20',
      'log.level=',
      'device.id=7',
      'capture.device=plughw:CARD=Mic,DEV=0',
    ],
  )
  t.equal(status, 0)
  t.same(JSON.parse(stdout), {
    mqtt: { url: 'mqtt://b?x=1', keepalive_s: 20 },
    log: {},
    device: { id: '7' },
    capture: { device: 'plughw:CARD=Mic,DEV=0' },
  })
  t.same(JSON.parse(write(join(folder, 'absent.json'), 'device.id=bus-7').stdout), {
    device: { id: 'bus-7' },
  })
  t.equal(write(path, '__proto__.x=1').status, 1)
  t.equal(write(path, 'no value').status, 1)
  writeFileSync(path, '{"mqtt":5}')
  t.equal(write(path, 'mqtt.url=mqtt://a').status, 1)
  writeFileSync(path, 'no JSON')
  const refused = write(path, 'mqtt.url=mqtt://a')
  t.equal(refused.status, 1)
  t.equal(refused.stdout, '')
})
