// Compiles src/STAGE/assembly/NAME.ts (AssemblyScript) to dist/STAGE/NAME.wasm.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { main } from 'assemblyscript/asc'

const root = join(import.meta.dirname, '..')
const OPTIONS = ['--runtime', 'stub', '--importMemory', '--enable', 'simd', '-O3', '--noAssert']

for (const stage of readdirSync(join(root, 'src'))) {
  const folder = join(root, 'src', stage, 'assembly')
  const sources = readdirOrNone(folder).filter((name) => name.endsWith('.ts'))
  for (const name of sources) {
    const target = join(root, 'dist', stage, `${basename(name, '.ts')}.wasm`)
    const { error, stderr } = await main([name, '--outFile', target, ...OPTIONS], {
      readFile: (path) => (path === name ? readFileSync(join(folder, name), 'utf8') : null),
      writeFile(path, contents) {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, contents)
      },
      listFiles: () => [],
    })
    if (error) {
      process.stderr.write(`${stderr.toString()}\n`)
      process.exit(1)
    }
  }
}

function readdirOrNone(folder) {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
