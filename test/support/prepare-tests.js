// What each test would otherwise pay for, since it is a process of its own.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { transpiled } from './loader/hooks.js'

// tap is built with the plugins that .taprc leaves. By itself it would see that at its first run only once it has settled how
// tests are started: with TypeScript's loader, which .taprc turns off, at half a second and more for each of them.
if (t.pluginSignature.includes('@tapjs/typescript')) {
  process.exitCode = spawnSync('tap', ['build'], { stdio: 'inherit' }).status ?? 1
}
for (const folder of ['src', 'test', 'training/src', 'bench/src']) {
  for (const name of readdirSync(folder, { recursive: true })) {
    const path = resolve(folder, name)
    if (path.endsWith('.ts')) await transpiled(path, readFileSync(path, 'utf8'))
  }
}
