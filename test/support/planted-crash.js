// Loaded into the agent by a test: brings it down from within, once its start is on record.
import { existsSync } from 'node:fs'

const timer = setInterval(() => {
  if (!existsSync(process.env.PLANTED_CRASH_AFTER)) return
  clearInterval(timer)
  void Promise.reject(new TypeError('planted:\nmqtt://bus:geheim@broker is not iterable'))
}, 20)
