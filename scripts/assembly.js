import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const OPTIONS = ['--runtime', 'stub', '--importMemory', '--enable', 'simd', '-O3', '--noAssert']

/**
 * Compiles AssemblyScript to a WASM SIMD module whose memory is the caller's.
 *
 * @param {string} source path under the repository's root; what it imports lies under that root too
 * @returns {Promise<Uint8Array>}
 */
export async function compileAssembly(source) {
  // Loaded here alone: it is large, and a device has none.
  const { main } = await import('assemblyscript/asc')
  const compiled = []
  const { error, stderr } = await main([source, '--outFile', 'out.wasm', ...OPTIONS], {
    readFile: readOrNull,
    writeFile: (_, contents) => {
      compiled.push(contents)
    },
    listFiles: () => [],
  })
  if (error || compiled.length === 0) throw new Error(`${source} does not compile: ${stderr.toString()}`)
  return compiled[0]
}

// The compiler asks for every name that an import may mean.
function readOrNull(path) {
  try {
    return readFileSync(join(ROOT, path), 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}
