// P5: which upstream a call goes to, by its path and headers.

import { answeredBy, untilAnswers } from '../answers.ts'
import type { Calls } from '../programs.ts'
import type { Row } from '../row.ts'
import type { World } from '../world.ts'

const SERVICE = 'switchyard.echo.v1.EchoService'

/** One match, calls that it takes, and calls that it does not. */
interface Case {
  readonly title: string
  readonly match: object
  readonly takes: readonly Calls[]
  readonly leaves: readonly Calls[]
}

/** Calls that match go to "matched", all others to "rest". With the rule gone, all go to "rest". */
function matches({ title, match, takes, leaves }: Case): Row {
  return {
    row: 'P5',
    title,
    async run(world: World) {
      const upstreams = {
        rest: { endpoints: await world.endpoints('rest') },
        matched: { endpoints: await world.endpoints('matched') },
      }
      const rest = { match: {}, to: { rest: 1 } }
      await world.serve({ upstreams, rules: { first: { match, to: { matched: 1 } }, rest } })
      const program = await world.start()
      const answers = (calls: Calls, id: string) =>
        untilAnswers(world, program, `${id} answers ${JSON.stringify(calls)}`, calls, (result) => answeredBy(result, id))
      for (const calls of takes) await answers(calls, 'matched')
      for (const calls of leaves) await answers(calls, 'rest')
      await world.serve({ upstreams, rules: { rest } })
      for (const calls of takes) await answers(calls, 'rest')
    },
  }
}

const plain: Calls = { calls: 10 }
const with_ = (metadata: Record<string, string>): Calls => ({ ...plain, metadata })
const CANARY = with_({ 'x-canary': '1' })

const CASES: readonly Case[] = [
  { title: 'routes by the service', match: { service: SERVICE }, takes: [plain], leaves: [] },
  { title: 'routes by the method', match: { service: SERVICE, method: 'Unary' }, takes: [plain], leaves: [{ ...plain, method: 'ServerStream' }] },
  { title: 'routes by the prefix of a path', match: { prefix: `/${SERVICE}/U` }, takes: [plain], leaves: [{ ...plain, method: 'ServerStream' }] },
  { title: 'routes by the whole value of a header', match: { headers: { 'x-canary': '1' } }, takes: [CANARY], leaves: [plain, with_({ 'x-canary': '10' })] },
]

export const ROUTES: readonly Row[] = CASES.map(matches)
