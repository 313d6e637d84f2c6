// After a NACK that does not say which resource it means, each goes in a response of its own, so that a bad one shows itself and
// does not keep the others from the client.
// https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#grouping-resources-into-responses

import { type SharedList, shareList } from '../../core/memo.ts'
import type { Resource } from '../snapshot/resource.ts'
import type { TypeState } from '../type-state/type-state.ts'
import type { ResponseContent } from './response-size.ts'

/** Responses of NACKed resources at most. More resources share them, and a response that is NACKed again is parted once more. */
const MAX_PARTS = 100

/** A push by response: what was not NACKed all together, with the removals, and then what was. */
export function separateAfterNack(
  { ledger: { nacked } }: TypeState,
  resources: SharedList<Resource>,
  removed: readonly string[],
): readonly ResponseContent[] {
  if (nacked.length === 0) return [{ resources, removed }]
  const names = new Set(nacked.flatMap(({ content }) => [...content.keys()]))
  const isNacked = ({ name }: Resource) => names.has(name)
  const suspects = resources.filter(isNacked)
  if (suspects.length === 0) return [{ resources, removed }]
  const others = shareList(resources.filter((resource) => !isNacked(resource)))
  const size = Math.ceil(suspects.length / MAX_PARTS)
  const parts = Array.from({ length: Math.ceil(suspects.length / size) }, (_, at) => ({
    resources: shareList(suspects.slice(at * size, (at + 1) * size)),
    removed: [],
  }))
  return others.length + removed.length === 0 ? parts : [{ resources: others, removed }, ...parts]
}
