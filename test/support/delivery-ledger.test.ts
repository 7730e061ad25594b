import t from 'tap'
import { DeliveryLedger } from './delivery-ledger.js'

t.test('counts what is lost, repeated and out of order, each boot on its own', async (t) => {
  const ledger = new DeliveryLedger()
  for (const seq of [1, 2, 2, 5, 4]) ledger.book({ boot_id: 'a', seq })
  ledger.book({ boot_id: 'b', seq: 1 })
  t.same(
    ledger.account(
      new Map([
        ['a', 6],
        ['b', 1],
        ['never', 2],
      ]),
    ),
    { received: 6, distinct: 5, repeated: 1, outOfOrder: 1, lost: 4 },
  )
})
