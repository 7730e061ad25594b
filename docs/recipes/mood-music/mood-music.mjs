// Chooses music by the mood of what is said: a playlist of MPD, or whatever command PLAY is.
//   npm install mqtt
//   BROKER=mqtt://localhost DEVICE=living-room node mood-music.mjs
import { spawn } from 'node:child_process'
import mqtt from 'mqtt'

const {
  BROKER = 'mqtt://localhost',
  PREFIX = 'affectd',
  DEVICE = 'living-room',
  // Run by sh with the mood in $MOOD: lively, quiet, warm or soothing.
  PLAY = 'mpc -q clear && mpc -q load "$MOOD" && mpc -q random on && mpc -q play',
} = process.env
/** A mood has to last so long before the music follows it. */
const HOLD_S = Number(process.env.HOLD_S ?? 20)
/** Music that was chosen stays at least so long. */
const LEAST_S = Number(process.env.LEAST_S ?? 300)
/** How far past a bound the mood has to go to be another one: at the bound itself it would flutter. */
const MARGIN = 0.1

let playing = null
let playingSinceS = -Infinity
let candidate = null
let candidateSinceS = 0

const client = mqtt.connect(BROKER, { protocolVersion: 5 })
client.on('error', (error) => console.error(error.message))
client.on('connect', () => {
  client.subscribe(`${PREFIX}/${DEVICE}/state`, { qos: 1 }, (error) => {
    console.log(error ? error.message : `listening to ${DEVICE}`)
  })
})

client.on('message', (_topic, payload, packet) => {
  const state = parseState(payload)
  // A retained state may be of yesterday. In silence the state fades to what the model takes for usual: no mood either.
  if (state === undefined || packet.retain || !state.speaking) return
  hear(moodOf(state, playing), Date.parse(state.time) / 1000)
})

/** @param nowS time of the state itself, so that what counts is how long was spoken, not how fast messages come */
function hear(mood, nowS) {
  if (mood !== candidate || nowS < candidateSinceS) {
    candidate = mood
    candidateSinceS = nowS
  }
  // The device's clock was set back: what plays may be replaced at once.
  if (nowS < playingSinceS) playingSinceS = -Infinity
  const hasLasted = nowS - candidateSinceS >= HOLD_S
  const mayChange = nowS - playingSinceS >= LEAST_S
  if (mood === playing || !hasLasted || !mayChange) return
  playing = mood
  playingSinceS = nowS
  console.log(`playing ${mood}`)
  const player = spawn('sh', ['-c', PLAY], { env: { ...process.env, MOOD: mood }, stdio: 'inherit' })
  player.on('error', (error) => console.error(error.message))
  player.on('exit', (code) => code !== 0 && console.error(`the player's command ended with ${code}`))
}

/** One of four moods; each bound lies a margin further away for whoever is on this side of it. */
function moodOf({ valence, arousal }, current) {
  const isPleasant = valence > bound(-0.15, current === 'lively' || current === 'quiet')
  const isActive = arousal > bound(0.15, current === 'lively' || current === 'soothing')
  // Somebody who is upset gets soothing music, not more of the same; somebody who is down gets something warm.
  if (isPleasant) return isActive ? 'lively' : 'quiet'
  return isActive ? 'soothing' : 'warm'
}

function bound(middle, isAbove) {
  return isAbove ? middle - MARGIN : middle + MARGIN
}

/** The state, or undefined for anything else. */
function parseState(payload) {
  try {
    const state = JSON.parse(payload.toString())
    const isState = [state.arousal, state.valence, Date.parse(state.time)].every(Number.isFinite)
    return isState ? state : undefined
  } catch {
    return undefined
  }
}
