// Loaded into the agent by `node --import`: leaks one frame of what it hears on purpose, so that a test can show that it
// would be found. PLANTED_LEAK lists PLACE:ENCODING, by commas; `crash:none` crashes without a sample.
import { writeFileSync } from 'node:fs'
import { inspect } from 'node:util'
import mqtt from 'mqtt'

const LOUD = 0.1
const FRAME_SAMPLES = 320

const ENCODINGS = {
  none: () => 'no sample',
  s16: (frame) => Buffer.from(Int16Array.from(frame, (x) => x * 32_768).buffer),
  float32: (frame) => Buffer.from(Float32Array.from(frame).buffer),
  float64: (frame) => Buffer.from(Float64Array.from(frame).buffer),
  integers: (frame) => JSON.stringify(Array.from(frame, (x) => x * 32_768)),
  fractions: (frame) => inspect(frame),
  hex: (frame) => ENCODINGS.s16(frame).toString('hex'),
  base64: (frame) => ENCODINGS.s16(frame).toString('base64'),
}

const wanted = (process.env.PLANTED_LEAK ?? '').split(',').map((leak) => leak.split(':'))
let inMqtt

const PLACES = {
  log: (leaked) =>
    process.stderr.write(`{"level":20,"msg":"a frame","frame":${JSON.stringify(String(leaked))}}\n`),
  file: (leaked) => writeFileSync(process.env.PLANTED_LEAK_FILE, leaked),
  mqtt: (leaked) => void (inMqtt = leaked),
  crash: (leaked) =>
    setImmediate(() => {
      throw new Error(`cannot judge ${String(leaked)}`)
    }),
}

const { publish } = mqtt.MqttClient.prototype
mqtt.MqttClient.prototype.publish = function (topic, payload, ...rest) {
  const isEvent = inMqtt !== undefined && topic.endsWith('/emotion')
  const sent = isEvent ? Buffer.concat([Buffer.from(payload), Buffer.from(inMqtt)]) : payload
  if (isEvent) inMqtt = undefined
  return publish.call(this, topic, sent, ...rest)
}

// Every frame passes here on its way into the gate's memory.
const { set } = Float32Array.prototype
Float32Array.prototype.set = function (source, offset) {
  if (source.length === FRAME_SAMPLES && source.some((x) => x > LOUD)) {
    const frame = Float32Array.from(source)
    for (const [place, encoding] of wanted.splice(0)) PLACES[place](ENCODINGS[encoding](frame))
  }
  return set.call(this, source, offset)
}
