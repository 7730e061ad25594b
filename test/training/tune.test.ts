import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { recipeWith } from '../../training/src/cli/recipe-options.js'
import { RECIPE_DEFAULTS } from '../../training/src/train/recipe.js'
import { assignmentsOf, readSettings } from '../../training/src/train/settings-file.js'
import { drawSettings } from '../../training/src/tune/search-space.js'

t.test('every draw is a recipe that can be trained, and the same again for its seed and number', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 999 }), (seed, trial) => {
      const settings = drawSettings(seed, trial)
      const recipe = recipeWith(assignmentsOf({ ...settings }))
      return (
        JSON.stringify(settings) === JSON.stringify(drawSettings(seed, trial)) &&
        recipe.peakLearningRate === settings.peakLearningRate &&
        recipe.augment.mixupAlpha === settings.augment.mixupAlpha &&
        recipe.augment.cropShare === RECIPE_DEFAULTS.augment.cropShare &&
        recipe.peakLearningRate >= 1e-3 &&
        recipe.peakLearningRate <= 1.2e-2
      )
    }),
  )
})

t.test('settings come back from their file as they were written', async (t) => {
  const path = join(t.testdir(), 'settings.json')
  const settings = drawSettings(1, 5)
  writeFileSync(path, JSON.stringify(settings))
  t.same(recipeWith(readSettings(path)), recipeWith(assignmentsOf({ ...settings })))
  writeFileSync(path, '{}')
  t.same(recipeWith(readSettings(path)), RECIPE_DEFAULTS)
})

t.test('a file that holds no settings is refused, and so is a setting that there is not', async (t) => {
  const folder = t.testdir({
    'no.json': 'epochs',
    'list.json': '[1]',
    'other.json': '{"augment":{"sauce":1}}',
  })
  for (const name of ['no.json', 'list.json', 'absent.json']) {
    t.throws(() => readSettings(join(folder, name)), { code: 'TRAINING_SETTINGS' }, name)
  }
  t.throws(() => recipeWith(readSettings(join(folder, 'other.json'))), { code: 'USAGE_ARGUMENTS' })
})
