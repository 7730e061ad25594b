import { UsageError } from '../../../src/errors.js'
import { RECIPE_DEFAULTS, type Recipe } from '../train/recipe.js'
import { withOption } from '../train/set-option.js'

/**
 * The default recipe with some settings changed, the later ones over the earlier.
 *
 * @param assignments `augment.mixupAlpha=0.3`
 * @throws {UsageError} `USAGE_ARGUMENTS`
 */
export function recipeWith(assignments: readonly string[]): Recipe {
  const recipe = assignments.reduce(withOption, RECIPE_DEFAULTS)
  for (const [name, whole] of [
    ['epochs', recipe.epochs],
    ['batchSize', recipe.batchSize],
    ['variants.count', recipe.variants.count],
  ] as const) {
    if (!Number.isInteger(whole) || whole < 1 || whole > 10_000) {
      throw new UsageError('USAGE_ARGUMENTS', `${name} is ${whole}; give a whole number from 1 to 10000`)
    }
  }
  return recipe
}
