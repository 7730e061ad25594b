// Flags desks at which a caller has sounded dissatisfied for a while: a line each, and if wanted a POST to other software.
//   npm install mqtt
//   BROKER=mqtt://localhost WEBHOOK=http://localhost:8080/flags node call-desk.mjs
import mqtt from 'mqtt'

const { BROKER = 'mqtt://localhost', PREFIX = 'affectd', KIND = 'dissatisfied', WEBHOOK } = process.env
const REMEMBERED_IDS = 1000

const heardIds = new Set()
/** By device: what is known of it, and whether it is flagged. */
const desks = new Map()

const client = mqtt.connect(BROKER, { protocolVersion: 5 })
client.on('error', (error) => console.error(error.message))
client.on('connect', () => {
  // Both are retained: what is so at the start is told at once.
  client.subscribe([`${PREFIX}/+/status`, `${PREFIX}/+/alert/${KIND}`], { qos: 1 }, (error) => {
    console.log(error ? error.message : 'watching')
  })
})

client.on('message', (topic, payload) => {
  const [device, what] = topic.slice(PREFIX.length + 1).split('/')
  const said = parseObject(payload)
  if (what === 'status' && typeof said.state === 'string') {
    update(device, { isThere: said.state !== 'offline' })
  }
  if (what === 'alert' && typeof said.active === 'boolean' && !isRepeat(said.id)) {
    update(device, { isActive: said.active, since: said.since })
  }
})

/** An object, empty for whatever is none. */
function parseObject(payload) {
  try {
    return Object(JSON.parse(payload.toString()))
  } catch {
    return {}
  }
}

/** A repeat may come after what followed it, and would flag a desk again that is clear. */
function isRepeat(id) {
  if (heardIds.has(id)) return true
  heardIds.add(id)
  if (heardIds.size > REMEMBERED_IDS) heardIds.delete(heardIds.values().next().value)
  return false
}

/** A desk is flagged while its alert is active and its device is there to end it. */
function update(device, change) {
  const before = desks.get(device) ?? { isThere: true, isActive: false, isFlagged: false }
  const desk = { ...before, ...change }
  desk.isFlagged = desk.isActive && desk.isThere
  desks.set(device, desk)
  if (desk.isFlagged === before.isFlagged) return
  const reason = desk.isThere ? 'over' : 'offline'
  console.log(desk.isFlagged ? `${device} FLAGGED since ${desk.since}` : `${device} clear: ${reason}`)
  if (WEBHOOK) void post({ desk: device, flagged: desk.isFlagged, since: desk.since })
}

async function post(flag) {
  try {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(WEBHOOK, { method: 'POST', headers, body: JSON.stringify(flag) })
    if (!response.ok) console.error(`${WEBHOOK} answered ${response.status}`)
  } catch (error) {
    console.error(`${WEBHOOK} cannot be reached: ${error.message}`)
  }
}
