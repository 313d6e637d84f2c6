import t from 'tap'
import { groupBy } from './group-by.ts'

t.test(
  'items with one key are in one group, in their order, and groups in the order of their first',
  async (t) => {
    const groups = groupBy(['bb', 'a', 'cc', 'd'], (word) => word.length)
    t.strictSame(
      [...groups],
      [
        [2, ['bb', 'cc']],
        [1, ['a', 'd']],
      ],
    )
    t.strictSame([...groupBy([], String)], [])
  },
)
