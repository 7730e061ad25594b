// Preloaded into a process: says at its end how many timers were set.
let count = 0
for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
  const set = globalThis[name]
  globalThis[name] = Object.assign((...args) => {
    count++
    return set(...args)
  }, set)
}
process.on('exit', () => process.stderr.write(`timers set: ${count}\n`))
