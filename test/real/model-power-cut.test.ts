import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { orderJson } from '../../src/delivery/model-order.js'
import { DeliveryRig } from '../support/delivery-rig.js'
import { ForgetfulDisk } from '../support/power-cut.js'
import { skipUnless } from '../support/require-part.js'

const CHILD = fileURLToPath(new URL('../support/model-install-child.js', import.meta.url))

t.test(
  'whenever the power goes or the process dies while a model is installed, one runs, and the other can be had',
  skipUnless('gcc'),
  async (t) => {
    const folder = t.testdir({ scratch: {}, copies: {} })
    const disk = new ForgetfulDisk(join(folder, 'scratch'))
    const stateDir = join(disk.folder, 'state')
    const made = new DeliveryRig(folder, { stateDir })
    await made.attach().deliver(made.parcel('first'))
    made.clock.advance(600_000)
    made.stop()
    disk.settle()

    const second = made.parcel('second')
    const archive = join(folder, 'second.affectd-model')
    writeFileSync(archive, second.archive)
    writeFileSync(`${archive}.json`, JSON.stringify(orderJson(second.order)))
    const keyFile = join(folder, 'key.pem')
    writeFileSync(keyFile, made.keys.publicKey.export({ type: 'spki', format: 'pem' }))
    const args = [CHILD, stateDir, join(folder, 'released'), keyFile, archive, join(folder, 'copies')]
    const said = execFileSync(process.execPath, args, {
      env: { ...process.env, ...disk.env() },
      encoding: 'utf8',
    })
    t.equal(said, 'in force\n')

    const copies = readdirSync(join(folder, 'copies'))
    t.ok(copies.length >= 2 * 8, `${copies.length / 2} syncs`)
    const seen = new Set<string>()
    for (const copy of copies) {
      const left = join(folder, 'copies', copy, 'state')
      mkdirSync(left, { recursive: true })
      const after = new DeliveryRig(join(folder, `after-${copy}`), {
        stateDir: left,
        keys: made.keys,
        machineBoot: 'another',
      }).attach()
      seen.add(after.id)
      t.ok(['first', 'second'].includes(after.id), `${copy}: ${after.id} runs`)
      t.same(
        after.log.lines.filter(({ level }) => level === 'error'),
        [],
        `${copy}: nothing is damaged`,
      )
      t.equal(await after.deliver(second), 'in_force', copy)
      t.equal(after.id, 'second')
      t.ok(readdirSync(join(left, 'models')).length <= 2, `${copy}: nothing is left over`)
      after.stop()
    }
    t.same([...seen].sort(), ['first', 'second'])
  },
)
