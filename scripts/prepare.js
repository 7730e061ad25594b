// Builds dist/ after an install. A device install (npm ci --omit=dev) has no compiler: it ships dist/ and needs no build.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
let tsc
try {
  tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
} catch {
  process.exit(0)
}
for (const step of [[tsc, '-p', 'tsconfig.json'], ['scripts/build-kernels.js']]) {
  const { status } = spawnSync(process.execPath, step, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
