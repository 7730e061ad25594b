import { dirname, join, relative, sep } from 'node:path'
import tseslint from 'typescript-eslint'

const ROOT = import.meta.dirname

/** Which folders of src/ a stage may import whole: docs/architecture.md in the form of a rule. */
const MAY_IMPORT = {
  config: [],
  capture: [],
  gate: ['features', 'nn'],
  features: [],
  nn: [],
  classify: ['features', 'nn'],
  affect: [],
  publish: [],
  delivery: ['ops'],
  ops: [],
  dashboard: [],
}

/** Files of a stage that hold its types and ports, which the other stages may know. Not `features` and `nn`. */
const PORTS = [
  'capture/audio-source.js',
  'capture/live/live-params.js',
  'gate/gate.js',
  'gate/segment.js',
  'gate/vad.js',
  'gate/gate-params.js',
  'classify/classifier.js',
  'affect/judgement.js',
  'affect/affect-params.js',
  'affect/adaptation-params.js',
  'affect/alerts/alert-rule.js',
  'affect/alerts/alert-score.js',
  'affect/fatigue/fatigue-assessment.js',
  'affect/fatigue/fatigue-params.js',
  'affect/summary/tally.js',
  'publish/publisher.js',
  'ops/clock.js',
  'ops/schedule/cron.js',
  'ops/schedule/local-time.js',
  'ops/schedule/weekly-hours.js',
  'ops/logger.js',
  'ops/health.js',
]

/** Each third-party package is imported by one file. */
const SOLE_IMPORTERS = {
  mqtt: 'publish/mqtt-client.ts',
  'classic-level': 'publish/level-store.ts',
  aedes: 'publish/embedded-broker.ts',
  convict: 'config/convict-store.ts',
  pino: 'ops/logger.ts',
  'node-cron': 'ops/schedule/cron.ts',
  naudiodon: 'capture/portaudio-child.ts',
  '@tensorflow/tfjs': 'classify/tfjs-runtime.ts',
  '@tensorflow/tfjs-backend-wasm': 'classify/tfjs-runtime.ts',
  '@tensorflow/tfjs-node': 'classify/tfjs-runtime.ts',
}

/** Why a file of src/ may not import something, or null. */
function refusal(file, imported) {
  const from = relative(join(ROOT, 'src'), file).split(sep).join('/')
  if (!imported.startsWith('.')) {
    const sole = Object.hasOwn(SOLE_IMPORTERS, imported) ? SOLE_IMPORTERS[imported] : null
    return sole !== null && sole !== from ? `only src/${sole} imports ${imported}` : null
  }
  const target = relative(join(ROOT, 'src'), join(dirname(file), imported))
    .split(sep)
    .join('/')
  if (target.startsWith('..')) return 'src/ stands alone: nothing outside it is imported'
  const [stage] = from.split('/')
  const [other] = target.split('/')
  if (!Object.hasOwn(MAY_IMPORT, stage) || !target.includes('/') || stage === other) return null
  if (MAY_IMPORT[stage].includes(other)) return null
  if (stage !== 'features' && stage !== 'nn' && PORTS.includes(target)) return null
  return `src/${stage} may not import src/${target}: see docs/architecture.md`
}

const importDirections = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const check = (node) => {
      const message =
        typeof node.source?.value === 'string' ? refusal(context.filename, node.source.value) : null
      if (message) context.report({ node, message })
    }
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ExportDefaultDeclaration: (node) => context.report({ node, message: 'exports are named' }),
    }
  },
}

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '**/node_modules/',
      '.tap/',
      'training/cache/',
      'training/runs/',
      'src/*/assembly/',
      'training/kernels/',
    ],
  },
  ...tseslint.configs.strict,
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      // `array[i]` is undefined in no loop that is written right; noUncheckedIndexedAccess is off for the same reason.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { affectd: { rules: { 'import-directions': importDirections } } },
    rules: { 'affectd/import-directions': 'error' },
  },
)
