// How lively a room was, period by period, from summaries of many decisions. It hears nothing of a single one.
//   npm install mqtt
//   BROKER=mqtt://localhost DEVICE=room-204 node classroom.mjs
import mqtt from 'mqtt'

const { BROKER = 'mqtt://localhost', PREFIX = 'affectd', DEVICE = 'room-204' } = process.env
/** Fewer decisions than this are too few to speak of a room. The device holds back less than privacy.aggregate_segments. */
const MIN_DECISIONS = 20
const MINUTE_MS = 60_000

/** Delivery is at least once. One comes in a quarter of an hour, so all can be remembered. */
const heardIds = new Set()
/** Mean arousal of the period before; null if there is none to compare with. */
let arousalBefore = null

const client = mqtt.connect(BROKER, { protocolVersion: 5 })
client.on('error', (error) => console.error(error.message))
client.on('connect', () => {
  // The one topic. What tells of a single person, emotion, state and alerts, is not asked for.
  client.subscribe(`${PREFIX}/${DEVICE}/summary`, { qos: 1 }, (error) => {
    console.log(error ? error.message : `waiting for summaries of ${DEVICE}`)
  })
})

client.on('message', (_topic, payload) => {
  const summary = parseSummary(payload)
  if (summary === undefined) return console.log('ignored: what came is no summary')
  if (heardIds.has(summary.id)) return
  heardIds.add(summary.id)
  if (summary.period.kind !== 'aggregate') {
    return console.log('ignored: not an aggregate. Set privacy.mode to aggregate at the device')
  }
  report(summary)
})

function report({ period, decisions, abstained, speech_minutes, shares, arousal }) {
  const span = `${period.start.slice(11, 16)}–${period.end.slice(11, 16)} UTC`
  if (decisions - abstained < MIN_DECISIONS || arousal === null) {
    arousalBefore = null
    return console.log(`${span}  too little was said`)
  }
  const minutes = (Date.parse(period.end) - Date.parse(period.start)) / MINUTE_MS
  const spoken = `speech ${percent(speech_minutes / minutes)}`
  const sounded = `sounded ${liveliness(arousal)}${trend(arousal)}`
  // Boredom is told only by a model that has that label. The released one has not, and nothing else stands for it.
  const bored = `bored ${Number.isFinite(shares.bored) ? percent(shares.bored) : 'not measured'}`
  const labels = Object.entries(shares).map(([label, share]) => `${label} ${percent(share)}`)
  console.log([span, spoken, sounded, bored, labels.join(', ')].join('  '))
  arousalBefore = arousal
}

/** Words for mean arousal, −1 to 1. The bounds are a convention of this example, not a measurement of engagement. */
function liveliness(arousal) {
  if (arousal < -0.15) return 'quiet'
  return arousal > 0.15 ? 'lively' : 'even'
}

function trend(arousal) {
  if (arousalBefore === null || Math.abs(arousal - arousalBefore) < 0.1) return ''
  return arousal > arousalBefore ? ', livelier than before' : ', quieter than before'
}

function percent(share) {
  return `${Math.round(100 * share)} %`
}

/** The summary, or undefined for anything else. */
function parseSummary(payload) {
  try {
    const summary = JSON.parse(payload.toString())
    const { id, period, decisions, abstained, speech_minutes, shares, arousal } = summary
    const isSummary =
      typeof id === 'string' &&
      [decisions, abstained, speech_minutes, ...Object.values(shares)].every(Number.isFinite) &&
      (arousal === null || Number.isFinite(arousal)) &&
      [period.start, period.end].every(
        (time) => typeof time === 'string' && Number.isFinite(Date.parse(time)),
      )
    return isSummary ? summary : undefined
  } catch {
    return undefined
  }
}
