// Sets keys of a configuration file and prints what it would be: node write-config.js FILE key=value…
// The file need not be there. The caller checks the result before it takes the file's place.
import { readFileSync } from 'node:fs'

const [path, ...settings] = process.argv.slice(2)
let config = {}
try {
  config = JSON.parse(readFileSync(path, 'utf8'))
} catch (error) {
  if (error.code !== 'ENOENT') {
    process.stderr.write(`${path} cannot be read: ${error.message}\n`)
    process.exit(1)
  }
}
for (const setting of settings) {
  const at = setting.indexOf('=')
  const [key, text] = [setting.slice(0, at), setting.slice(at + 1)]
  let value = text
  try {
    // 5, true, [1]; what is no JSON is a string.
    value = JSON.parse(text)
  } catch {
    value = text
  }
  if (!/^[a-z_]+(\.[a-z0-9_]+)*$/.test(key)) {
    process.stderr.write(`${setting} is not key=value\n`)
    process.exit(1)
  }
  const names = key.split('.')
  const last = names.pop()
  let group = config
  for (const name of names) group = group[name] ??= {}
  if (text === '') Reflect.deleteProperty(group, last)
  else group[last] = value
}
process.stdout.write(`${JSON.stringify(config, null, 2)}\n`)
