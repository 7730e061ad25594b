import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const OPTIONS = ['--runtime', 'stub', '--importMemory', '--enable', 'simd', '-O3', '--noAssert']
const KEPT = join(ROOT, 'node_modules', '.cache', 'assembly')

/**
 * Compiles AssemblyScript to a WASM SIMD module whose memory is the caller's. What was compiled is kept, since each
 * process that trains or tests asks again, and each time takes seconds.
 *
 * @param {string} source path under the repository's root; what it imports lies under that root too
 * @returns {Promise<Uint8Array>}
 */
export async function compileAssembly(source) {
  const { version } = createRequire(import.meta.url)('assemblyscript/package.json')
  const kept = join(KEPT, digest(JSON.stringify([source, version, OPTIONS])))
  const known = readKept(kept)
  if (known !== undefined) return known
  /** What was read, by path; null: it was asked for and is not there. @type {Record<string, string | null>} */
  const read = {}
  const wasm = await compile(source, (path) => {
    const text = readOrNull(path)
    read[path] = text && digest(text)
    return text
  })
  keep(kept, { read, wasm: Buffer.from(wasm).toString('base64') })
  return wasm
}

async function compile(source, readFile) {
  // Loaded here alone: it is large, and a device has none.
  const { main } = await import('assemblyscript/asc')
  const compiled = []
  const { error, stderr } = await main([source, '--outFile', 'out.wasm', ...OPTIONS], {
    readFile,
    writeFile: (_, contents) => {
      compiled.push(contents)
    },
    listFiles: () => [],
  })
  if (error || compiled.length === 0) throw new Error(`${source} does not compile: ${stderr.toString()}`)
  return compiled[0]
}

/** Undefined unless everything that was read for it is as it was. */
function readKept(path) {
  try {
    const { read, wasm } = JSON.parse(readFileSync(path, 'utf8'))
    const isFresh = Object.entries(read).every(([name, hash]) => {
      const text = readOrNull(name)
      return (text && digest(text)) === hash
    })
    return isFresh ? Buffer.from(wasm, 'base64') : undefined
  } catch {
    return undefined
  }
}

function keep(path, content) {
  mkdirSync(KEPT, { recursive: true })
  writeFileSync(`${path}.${process.pid}`, JSON.stringify(content))
  renameSync(`${path}.${process.pid}`, path)
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex')
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
