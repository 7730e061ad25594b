// tap is built with the plugins that .taprc leaves. By itself it would see that at its first run only once it has settled how
// tests are started: with TypeScript's loader, which .taprc turns off, at half a second and more for each of them.
import { spawnSync } from 'node:child_process'
import t from 'tap'

if (t.pluginSignature.includes('@tapjs/typescript')) {
  process.exitCode = spawnSync('tap', ['build'], { stdio: 'inherit' }).status ?? 1
}
