import t from 'tap'
import { RECIPE_DEFAULTS } from '../../training/src/train/recipe.js'
import { withOption } from '../../training/src/train/set-option.js'

t.test('an option is set by its path and the rest stays', async (t) => {
  const recipe = withOption(RECIPE_DEFAULTS, 'augment.mixupAlpha=0.25')
  t.same(recipe, { ...RECIPE_DEFAULTS, augment: { ...RECIPE_DEFAULTS.augment, mixupAlpha: 0.25 } })
  t.same(withOption(RECIPE_DEFAULTS, 'variants.speeds=[0.8,1.2]').variants.speeds, [0.8, 1.2])
})

t.test('an unknown option, and a value of another kind, are refused with the choices', async (t) => {
  for (const [assignment, message] of [
    ['augment.mixup=0.25', /mixupAlpha/],
    ['constructor=1', /epochs/],
    ['epochs=many', /kind of 60/],
    ['augment=3', /kind/],
    ['variants.speeds=["fast"]', /kind/],
    ['epochs', /choose/],
  ] as const) {
    t.throws(() => withOption(RECIPE_DEFAULTS, assignment), { code: 'USAGE_ARGUMENTS', message })
  }
})
