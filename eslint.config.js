import importX from 'eslint-plugin-import-x'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import tseslint from 'typescript-eslint'

/**
 * Which folders of src/ may not import which: docs/architecture.md in the form of a rule. A stage sees other stages'
 * types (`import type` is let through by the entries of `except`), never their adapters.
 */
const STAGE_TYPES = {
  capture: ['audio-source.ts'],
  gate: ['gate.ts', 'segment.ts', 'vad.ts', 'gate-params.ts'],
  classify: ['classifier.ts'],
  affect: ['judgement.ts'],
  publish: ['publisher.ts'],
  // Ports whose adapters main and cli build.
  ops: ['clock.ts', 'logger.ts', 'health.ts'],
}

const MAY_IMPORT = {
  config: [],
  capture: [],
  gate: ['features', 'nn'],
  features: [],
  nn: [],
  classify: ['features', 'nn'],
  affect: [],
  publish: [],
  ops: [],
  dashboard: [],
}

const stages = Object.keys(MAY_IMPORT)

const zones = stages.flatMap((stage) =>
  [...stages, 'cli']
    .filter((other) => other !== stage && !MAY_IMPORT[stage].includes(other))
    .map((other) => ({
      target: `./src/${stage}`,
      from: `./src/${other}`,
      // features and nn stand on errors and units alone.
      except:
        stage === 'features' || stage === 'nn' ? [] : (STAGE_TYPES[other] ?? []).map((file) => `./${file}`),
      message: `src/${stage} may not import src/${other}: see docs/architecture.md`,
    })),
)

/** Each third-party package is imported by one file. */
const SOLE_IMPORTERS = {
  mqtt: 'src/publish/mqtt-client.ts',
  aedes: 'src/publish/embedded-broker.ts',
  convict: 'src/config/schema.ts',
  pino: 'src/ops/logger.ts',
  naudiodon: 'src/capture/portaudio-child.ts',
}

const soleImporterRules = Object.entries(SOLE_IMPORTERS).map(([name, file]) => ({
  files: ['src/**/*.ts'],
  ignores: [file],
  rules: {
    'import-x/no-restricted-paths': ['error', { zones }],
    [`sole/${name}`]: 'error',
  },
}))

/** A rule a package, because one `no-restricted-imports` entry per file would replace the other. */
const sole = {
  rules: Object.fromEntries(
    Object.entries(SOLE_IMPORTERS).map(([name, file]) => [
      name,
      {
        meta: { type: 'problem', schema: [] },
        create: (context) => ({
          ImportDeclaration(node) {
            if (node.source.value === name) context.report({ node, message: `only ${file} imports ${name}` })
          },
          ImportExpression(node) {
            if (node.source.value === name) context.report({ node, message: `only ${file} imports ${name}` })
          },
        }),
      },
    ]),
  ),
}

export default tseslint.config(
  { ignores: ['dist/', '**/node_modules/', '.tap/', 'coverage/', 'training/cache/', 'training/runs/'] },
  ...tseslint.configs.strict,
  {
    plugins: { 'import-x': importX, sole },
    settings: {
      'import-x/resolver-next': [createTypeScriptImportResolver({ project: 'tsconfig.check.json' })],
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'off',
    },
  },
  ...soleImporterRules,
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'training/src/**/*.ts', 'bench/src/**/*.ts'],
    rules: { 'import-x/no-default-export': 'error' },
  },
)
