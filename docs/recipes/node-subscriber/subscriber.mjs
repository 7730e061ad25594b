// Hears every decision, alert and summary of all devices, misses none, acts on none twice, and says what was lost.
//   npm install mqtt
//   BROKER=mqtt://localhost node subscriber.mjs
import mqtt from 'mqtt'

const { BROKER = 'mqtt://localhost', PREFIX = 'affectd', CLIENT_ID = 'affectd-node-subscriber' } = process.env
const REMEMBERED_IDS = 1000

/** Ids of late, the oldest first: delivery is at least once. */
const heardIds = new Set()
/** The last event of each device: its boot_id and seq. */
const lastEvents = new Map()
/** `device/kind` of the alerts that are active. */
const activeAlerts = new Set()

// With a client id of its own and a session that lasts a day, what comes while we are away waits at the broker.
const client = mqtt.connect(BROKER, {
  protocolVersion: 5,
  clientId: CLIENT_ID,
  clean: false,
  properties: { sessionExpiryInterval: 86_400 },
})

client.on('connect', () => {
  // All three: they share one sequence, so that a gap in it is a loss.
  const topics = ['emotion', 'alert/+', 'summary'].map((topic) => `${PREFIX}/+/${topic}`)
  client.subscribe(topics, { qos: 1 }, (error) => {
    console.log(error ? error.message : `listening to ${PREFIX}/+`)
  })
})
client.on('error', (error) => console.error(error.message))

client.on('message', (topic, payload, packet) => {
  const [device, what] = topic.slice(PREFIX.length + 1).split('/')
  const event = parseEvent(payload)
  if (event === undefined) return console.log(`${device} ignored: what came is no event`)
  // What the broker has kept is how things are, not the next of the events.
  const lost = packet.retain ? 0 : countLost(device, event)
  if (lost > 0) console.log(`${device} lost ${lost} before ${event.seq}`)
  if (isRepeat(event.id)) return
  if (what === 'emotion') showDecision(device, event)
  if (what === 'alert') showAlert(device, event)
  if (what === 'summary') console.log(`${device} summary of ${event.decisions} decisions`)
})

/** The event, or undefined for anything else: whoever may write to the broker can send anything. */
function parseEvent(payload) {
  try {
    const event = JSON.parse(payload.toString())
    const isEvent =
      typeof event.id === 'string' && typeof event.boot_id === 'string' && Number.isInteger(event.seq)
    return isEvent ? event : undefined
  } catch {
    return undefined
  }
}

function isRepeat(id) {
  if (heardIds.has(id)) return true
  heardIds.add(id)
  if (heardIds.size > REMEMBERED_IDS) heardIds.delete(heardIds.values().next().value)
  return false
}

/** How many are missing before this event: none before the first of a boot_id, since nobody can know, nor before a repeat. */
function countLost(device, { boot_id, seq }) {
  const last = lastEvents.get(device)
  const isSameBoot = last?.boot_id === boot_id
  if (isSameBoot && seq <= last.seq) return 0
  lastEvents.set(device, { boot_id, seq })
  return isSameBoot ? seq - last.seq - 1 : 0
}

function showDecision(device, { abstained, label, confidence }) {
  // Where it abstained the device was not sure enough: nobody is to act on that.
  if (abstained !== false || !Number.isFinite(confidence)) return
  console.log(`${device} ${label} ${Math.round(100 * confidence)} %`)
}

function showAlert(device, { kind, active, since }) {
  const key = `${device}/${kind}`
  // Over may be said twice, with ids of their own.
  if (typeof active !== 'boolean' || active === activeAlerts.has(key)) return
  if (active) activeAlerts.add(key)
  else activeAlerts.delete(key)
  console.log(active ? `${device} alert ${kind} since ${since}` : `${device} over ${kind}`)
}
