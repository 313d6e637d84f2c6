// P19: endpoints that change all the time.

import { answeredBy, untilAnswers } from '../answers.ts'
import type { Served } from '../document.ts'
import type { Row } from '../row.ts'
import { withoutFailure } from '../without-failure.ts'

const CHANGES_PER_SECOND = 10
const CHANGING_IDS = ['b1', 'b2', 'b3', 'b4'] as const

const endpointsChange: Row = {
  row: 'P19',
  title: `follows ${CHANGES_PER_SECOND} changes of endpoints a second, without a failed call`,
  async run(world) {
    const endpoints = await world.endpoints(...CHANGING_IDS)
    const served = (ids: readonly (typeof CHANGING_IDS)[number][]): Served => ({
      upstreams: { echo: { endpoints: Object.fromEntries(ids.map((id) => [id, endpoints[id]])) } },
    })
    await world.serve(served(CHANGING_IDS))
    const program = await world.start()
    await untilAnswers(world, program, 'all answer', { calls: 40 }, (result) =>
      answeredBy(result, ...CHANGING_IDS),
    )
    const seconds = world.isLong ? 60 : 10
    await withoutFailure(world, program, async () => {
      const end = performance.now() + seconds * 1_000
      let changes = 0
      while (performance.now() < end) {
        const begin = performance.now()
        // Three of four, another one missing each time.
        await world.serve(served(CHANGING_IDS.toSpliced(changes % CHANGING_IDS.length, 1)), { wait: false })
        changes += 1
        const rest = 1_000 / CHANGES_PER_SECOND - (performance.now() - begin)
        if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest))
      }
      world.measured(`${changes} changes in ${seconds} s`)
    })
    // The twin: the last write of all is followed.
    await world.serve(served(['b1']))
    await untilAnswers(world, program, 'b1 alone answers', { calls: 20 }, (result) =>
      answeredBy(result, 'b1'),
    )
  },
}

export const CHURN: readonly Row[] = [endpointsChange]
