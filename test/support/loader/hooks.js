// esbuild transpiles, in a third of the time that TypeScript takes. Not tsx: it has esbuild name every closure as it is made
// (keepNames), which makes numerical tests two to three times slower. What was transpiled is kept: each test is a process
// of its own, and most of what it loads another has loaded before.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const OPTIONS = {
  loader: 'ts',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, target: 'es2023' } },
}
const { version } = createRequire(import.meta.url)('esbuild/package.json')
const KEPT = fileURLToPath(new URL('../../../.tap/transpiled/', import.meta.url))
mkdirSync(KEPT, { recursive: true })

export async function resolve(specifier, context, nextResolve) {
  // Sources name what they import as it will be called once compiled.
  if (/^[./].*\.js$/.test(specifier) && context.parentURL?.startsWith('file:')) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL)
    if (existsSync(source)) return { url: source.href, format: 'module', shortCircuit: true }
  }
  return nextResolve(specifier, context)
}

export async function load(url, context, nextLoad) {
  if (!/^file:.*\.ts$/.test(url)) return nextLoad(url, context)
  const path = fileURLToPath(url)
  return { format: 'module', source: await transpiled(path, readFileSync(path, 'utf8')), shortCircuit: true }
}

/** @returns what Node can run, kept for the next process that asks */
export async function transpiled(path, text) {
  const hash = createHash('sha256')
    .update(JSON.stringify([version, OPTIONS, path, text]))
    .digest('hex')
  const kept = `${KEPT}${hash}.js`
  try {
    return readFileSync(kept, 'utf8')
  } catch {
    const { transform } = await import('esbuild')
    const { code } = await transform(text, { ...OPTIONS, sourcefile: path })
    const part = `${kept}.${process.pid}`
    writeFileSync(part, code)
    renameSync(part, kept)
    return code
  }
}
