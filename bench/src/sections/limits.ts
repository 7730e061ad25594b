import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { createMelFilterbank } from '../../../src/features/mel-filterbank.js'
import { createMfccExtractor, fastestMfcc } from '../../../src/features/mfcc.js'
import type { FrontEndExports } from '../../../src/features/wasm/front-end-exports.js'
import { placeRealFft } from '../../../src/features/wasm/place-tables.js'
import { DEFAULT_MODEL_DIR } from '../../../src/config/defaults.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { readArtefact } from '../../../src/nn/artefact-reader.js'
import { createNetwork } from '../../../src/nn/network.js'
import { elementCount } from '../../../src/nn/shapes.js'
import { loadWasmModule, planMemory } from '../../../src/wasm-module.js'
import { compileAssembly } from '../../../scripts/assembly.js'
import { exportedLayers, exportedNetwork } from '../../../training/src/export/exported-network.js'
import type { BenchInput } from '../input.js'
import { compare } from '../measure.js'
import { fixed, type Effort, type Section } from '../section.js'

const STEPS = 20_000
/** Of the kernels in bench/kernels/limits.ts, each step. */
const OPERATIONS_PER_STEP = 96

type Loop = readonly [name: string, operations: number, unit: string, perMs: number, tookMs: number]

interface LimitExports {
  int16Dots(steps: number): number
  floatOperations(steps: number): number
}

/** How near the hot loops are to what their instruction alone can do on this CPU. */
export async function benchLimits({ windows }: BenchInput, { compareMs }: Effort): Promise<Section> {
  const compiled = new WebAssembly.Module(await compileAssembly('bench/kernels/limits.ts'))
  const { int16Dots, floatOperations } = planMemory().open(compiled).exports as LimitExports
  const network = networkRun()
  const window = windows[0] as Float32Array
  const params = FEATURE_PARAMS
  const extractor = createMfccExtractor(params, fastestMfcc())
  const row = new Float32Array(params.nMfcc)
  const contenders = [
    { name: 'dots', work: () => int16Dots(STEPS) },
    { name: 'floats', work: () => floatOperations(STEPS) },
    { name: 'network', work: network.run },
    ...network.layers,
    { name: 'fft', work: fftRun(params.nFft) },
    { name: 'mfcc', work: () => extractor.frameInto(window, 0, row) },
  ]
  const timings = await compare(contenders, compareMs)
  const ms = (name: string): number => timings.get(name)!.medianMs
  const macsPerMs = (STEPS * OPERATIONS_PER_STEP) / ms('dots')
  const floatsPerMs = (STEPS * OPERATIONS_PER_STEP) / ms('floats')
  const loops: readonly Loop[] = [
    ['int8 network', network.macs, 'multiply-accumulates', macsPerMs, ms('network')],
    ...network.layers.map(({ name, macs }): Loop => [
      name,
      macs,
      'multiply-accumulates',
      macsPerMs,
      ms(name),
    ]),
    [
      `FFT of ${params.nFft} real values`,
      fftOperations(params.nFft),
      'float operations',
      floatsPerMs,
      ms('fft'),
    ],
    ['MFCCs of a frame', mfccOperations(), 'float operations', floatsPerMs, ms('mfcc')],
  ]
  return {
    id: 'limits',
    title: 'Limits',
    notes: [
      `What nothing but the instruction gives here, in twelve independent chains: ${fixed(macsPerMs / 1e6, 1)} G multiply-accumulates a second of \`i32x4.dot_i16x8\` with its addition, ` +
        `${fixed(floatsPerMs / 1e6, 1)} G float operations a second of \`f32x4.mul\` and \`f32x4.add\`. Copies, shuffles, the logarithm’s divisions, requantisation and pooling are in the measured time and not among the operations.`,
    ],
    head: ['loop', 'operations', 'least time', 'measured', 'of the limit'],
    rows: loops.map(([name, operations, unit, perMs, tookMs]) => [
      name,
      `${operations >= 1e6 ? `${fixed(operations / 1e6, 2)} M` : `${fixed(operations / 1e3, 1)} k`} ${unit}`,
      `${fixed((1000 * operations) / perMs)} µs`,
      `${fixed(1000 * tookMs)} µs`,
      `${fixed((100 * operations) / perMs / tookMs, 0)} %`,
    ]),
    figures: {
      dotGigaMacs: macsPerMs / 1e6,
      floatGigaOperations: floatsPerMs / 1e6,
      networkShare: network.macs / macsPerMs / ms('network'),
      fftShare: fftOperations(params.nFft) / floatsPerMs / ms('fft'),
      mfccShare: mfccOperations() / floatsPerMs / ms('mfcc'),
    },
  }
}

interface NetworkRuns {
  readonly macs: number
  run(): unknown
  /** Its convolutions, each on its own. */
  readonly layers: readonly { readonly name: string; readonly macs: number; work(): unknown }[]
}

function networkRun(): NetworkRuns {
  const { manifest, weights } = readArtefact(DEFAULT_MODEL_DIR, featureParamsHash(FEATURE_PARAMS))
  const network = createNetwork(manifest, weights)
  const input = new Int8Array(FEATURE_PARAMS.decisionFrames * FEATURE_PARAMS.nMfcc)
  const layers = exportedLayers(exportedNetwork({ manifest, weights })).flatMap(
    ({ layer, input: tensor }) => {
      if (layer.op !== 'conv2d') return []
      const single = createNetwork({ input: tensor as typeof manifest.input, layers: [layer] }, weights)
      const values = new Int8Array(elementCount(tensor.shape))
      return [{ name: `  ${layer.name}`, macs: single.macs, work: () => single.run(values) }]
    },
  )
  return { macs: network.macs, run: () => network.run(input), layers }
}

function fftRun(n: number): () => void {
  const plan = planMemory()
  const fft = placeRealFft(plan, n)
  const x = plan.place(Float32Array.from({ length: n }, (_, i) => Math.sin(i * i)))
  const [re, im] = [plan.reserve(2 * n + 4), plan.reserve(2 * n + 4)]
  const { realFft } = plan.open(loadWasmModule('features/front-end.wasm') as WebAssembly.Module)
    .exports as FrontEndExports
  return () => realFft(fft, x, re, im)
}

/** Ten for each butterfly of the half transform (four in its first pass), twenty for each pair of bins. */
function fftOperations(n: number): number {
  const half = n / 2
  const passes = Math.log2(half)
  return (half / 2) * (4 + 10 * (passes - 1)) + (half / 2) * 20
}

function mfccOperations(): number {
  const { frameLengthSamples, nFft, nMels, nMfcc } = FEATURE_PARAMS
  const { weights } = createMelFilterbank(FEATURE_PARAMS).packed
  const logarithm = 22
  return (
    3 * frameLengthSamples +
    fftOperations(nFft) +
    4 * (nFft / 2 + 1) +
    2 * weights.length +
    logarithm * nMels +
    2 * nMels * nMfcc
  )
}
