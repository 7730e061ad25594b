// Compiles src/STAGE/assembly/NAME.ts (AssemblyScript) to dist/STAGE/NAME.wasm. Folders beside NAME.ts hold its parts.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { compileAssembly } from './assembly.js'

const root = join(import.meta.dirname, '..')

for (const stage of readdirSync(join(root, 'src'))) {
  const folder = `src/${stage}/assembly`
  if (!existsSync(join(root, folder))) continue
  for (const name of readdirSync(join(root, folder)).filter((file) => file.endsWith('.ts'))) {
    const bytes = await compileAssembly(`${folder}/${name}`)
    mkdirSync(join(root, 'dist', stage), { recursive: true })
    writeFileSync(join(root, 'dist', stage, `${basename(name, '.ts')}.wasm`), bytes)
  }
}
