// Sets keys of a configuration file and prints what it would be: node write-config.js FILE key=value…
// The file need not be there. The caller checks the result before it takes the file's place.
import { readFileSync } from 'node:fs'

/** What is a number or a switch; anything else is text: a device may be called 7. */
const LITERAL = /^(true|false|-?\d+(\.\d+)?|\[.*\]|\{.*\})$/
const TEXTS = new Set([
  'device.id',
  'device.group',
  'mqtt.username',
  'mqtt.password',
  'mqtt.client_id',
  'capture.device',
])

const [path, ...settings] = process.argv.slice(2)
const config = read()
for (const setting of settings) {
  const { key, text } = parted(setting)
  const names = key.split('.')
  const last = names.pop()
  let group = config
  for (const name of names) {
    group[name] ??= {}
    group = group[name]
    if (!isGroup(group)) refuse(`${path}: ${names.join('.')} is no group of keys`)
  }
  if (text === '') Reflect.deleteProperty(group, last)
  else group[last] = valueOf(key, text)
}
process.stdout.write(`${JSON.stringify(config, null, 2)}\n`)

function read() {
  let text
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return {}
    refuse(`${path} cannot be read: ${error.message}`)
  }
  try {
    const value = JSON.parse(text)
    if (isGroup(value)) return value
  } catch {
    // Said below.
  }
  refuse(`${path} is not JSON with keys in it: mend it, or move it away`)
}

function parted(setting) {
  const at = setting.indexOf('=')
  const key = setting.slice(0, Math.max(at, 0))
  if (!/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/.test(key)) refuse(`${setting} is not key=value`)
  return { key, text: setting.slice(at + 1) }
}

function valueOf(key, text) {
  if (TEXTS.has(key) || !LITERAL.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function isGroup(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuse(why) {
  process.stderr.write(`affectd: ${why}\n`)
  process.exit(1)
}
