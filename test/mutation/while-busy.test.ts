// A wait in vain is found, and a result is not.

import t from 'tap'
import { WAITS_IN_VAIN, whileBusy } from './while-busy.ts'

t.test('work that ends has its result, and work that fails its error', async (t) => {
  t.equal(await whileBusy(Promise.resolve(7)), 7)
  await t.rejects(whileBusy(Promise.reject(new Error('no'))), { message: 'no' })
})

t.test('work that nothing will end waits in vain', async (t) => {
  t.equal(await whileBusy(new Promise(() => {})), WAITS_IN_VAIN)
})
