import t from 'tap'
import { startTfjs, type PackageLoader } from '../../src/classify/tfjs-runtime.js'

const NATIVE = '@tensorflow/tfjs-node'
const PORTABLE = '@tensorflow/tfjs'
const WASM = '@tensorflow/tfjs-backend-wasm'

/** Packages that are installed, with what they give; an error is thrown while loading. */
function loaderOf(packages: Readonly<Record<string, unknown>>): PackageLoader {
  const load = (name: string): unknown => {
    const found = packages[name]
    if (found instanceof Error) throw found
    return found
  }
  return Object.assign(load, {
    resolve(name: string): string {
      const [scope, base] = name.split('/')
      if (!Object.hasOwn(packages, `${scope}/${base}`)) throw new Error(`Cannot find module '${name}'`)
      return `/modules/${name}`
    },
  })
}

function fakeTfjs(starts = true) {
  const backends: string[] = []
  return {
    backends,
    tf: {
      setBackend: async (name: string) => backends.push(name) > 0 && starts,
      ready: async () => {},
    },
  }
}

t.test('tfjs-node is preferred where it is installed', async (t) => {
  const [native, portable] = [fakeTfjs(), fakeTfjs()]
  const load = loaderOf({ [NATIVE]: native.tf, [PORTABLE]: portable.tf, [WASM]: {} })
  t.match(await startTfjs(load, '20.20.2'), { tf: native.tf, backend: 'tensorflow' })
  t.same(native.backends, ['tensorflow'])
  t.same(portable.backends, [])
})

t.test('elsewhere tfjs runs on its WASM backend, which is told where its binaries lie', async (t) => {
  const portable = fakeTfjs()
  const folders: string[] = []
  const setWasmPaths = (folder: string): void => void folders.push(folder)
  const load = loaderOf({ [PORTABLE]: portable.tf, [WASM]: { setWasmPaths } })
  t.match(await startTfjs(load, '24.0.0'), { tf: portable.tf, backend: 'wasm' })
  t.same(portable.backends, ['wasm'])
  t.same(folders, [`/modules/${WASM}/dist/`])
})

t.test('where nothing is installed it says what to install', async (t) => {
  const message =
    /install @tensorflow\/tfjs-node, or @tensorflow\/tfjs and .*tfjs-backend-wasm.*classify\.backend/
  for (const packages of [{}, { [PORTABLE]: fakeTfjs().tf }, { [WASM]: {} }]) {
    await t.rejects(startTfjs(loaderOf(packages)), { code: 'CONFIG_TFJS', exitCode: 78, message })
  }
})

t.test('tfjs-node is refused on a Node that it breaks on', async (t) => {
  const { tf, backends } = fakeTfjs()
  const load = loaderOf({ [NATIVE]: tf })
  await t.rejects(startTfjs(load, '23.0.0'), {
    code: 'CONFIG_TFJS',
    message: /breaks on Node 23.*this is 23\.0\.0/,
  })
  t.same(backends, [])
  await startTfjs(load, '22.21.0')
})

t.test('a package that does not load or start is named, with why', async (t) => {
  const broken = new Error("Cannot find module '../lib/napi-v8/tfjs_binding.node'\nRequire stack: …")
  await t.rejects(startTfjs(loaderOf({ [NATIVE]: broken }), '20.0.0'), {
    code: 'CONFIG_TFJS',
    message: /tfjs-node does not load \(Cannot find module '[^\n]*\)/,
    cause: broken,
  })
  await t.rejects(startTfjs(loaderOf({ [NATIVE]: fakeTfjs(false).tf }), '20.0.0'), {
    code: 'CONFIG_TFJS',
    message: /cannot start its backend tensorflow/,
  })
})

t.test('starting it leaves the process’s own handling of uncaught errors as it was', async (t) => {
  const count = (): number[] => [
    process.listenerCount('uncaughtException'),
    process.listenerCount('unhandledRejection'),
  ]
  const before = count()
  await startTfjs()
  t.same(count(), before)
})
