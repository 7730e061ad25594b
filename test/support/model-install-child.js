/**
 * Delivers a model, and at each sync of a file or folder copies what is there (`kill-N`, for a process that dies now) and
 * what a power cut would leave after it (`cut-N`, from the shadow of power-cut.c).
 *
 * node model-install-child.js STATE_DIR RELEASED_DIR KEY_FILE ARCHIVE COPIES
 */
import fs, { cpSync, readFileSync } from 'node:fs'
import fsPromises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, join } from 'node:path'

const [stateDir, released, keyFile, archivePath, copies] = process.argv.slice(2)
const folder = process.env.POWER_CUT_FOLDER
let syncs = 0
const beforeSync = () => cpSync(folder, join(copies, `kill-${++syncs}`), { recursive: true })
const afterSync = () => {
  const shadow = process.env.POWER_CUT_SHADOW
  cpSync(shadow, join(copies, `cut-${syncs}`), {
    recursive: true,
    filter: (path) => !path.endsWith('.shadow'),
  })
}

const { fsyncSync } = fs
fs.fsyncSync = (file) => {
  beforeSync()
  fsyncSync(file)
  afterSync()
}
const handle = await fsPromises.open(dirname(archivePath))
const { prototype } = handle.constructor
const { sync } = prototype
prototype.sync = async function () {
  beforeSync()
  await sync.call(this)
  afterSync()
}
await handle.close()
syncBuiltinESMExports()

const { loadConfig } = await import('../../dist/config/load-config.js')
const { modelKey, openDelivery } = await import('../../dist/cli/open-delivery.js')
const { systemClock } = await import('../../dist/ops/clock.js')
const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const set = [
  `device.state_dir=${stateDir}`,
  `classify.model=${released}`,
  `classify.model_key_file=${keyFile}`,
]
const { config } = loadConfig({ env: {}, set })
const { intake, close } = openDelivery(config, modelKey(config), { clock: systemClock, log: silent })
const archive = readFileSync(archivePath)
const order = JSON.parse(readFileSync(`${archivePath}.json`, 'utf8'))
let answer = await intake.install({ order })
while (answer !== 'in_force') {
  const { offset, chunkBytes } = answer
  const data = archive.subarray(offset, offset + chunkBytes).toString('base64')
  answer = await intake.chunk({ sha256: order.sha256, offset, data })
}
console.log('in force')
close()
