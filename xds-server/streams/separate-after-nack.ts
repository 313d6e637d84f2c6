// After a NACK that does not say which resource it means, each goes in a response of its own, so that a bad one shows itself and
// does not keep the others from the client.
// https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#grouping-resources-into-responses

import { type SharedList, shareList } from '../../core/memo.ts'
import type { Resource } from '../snapshot/resource.ts'
import type { TypeState } from '../type-state/type-state.ts'

/** The resources of a push, by response: all together, unless the client NACKed some of them before. */
export function separateAfterNack(
  { type, view }: TypeState,
  resources: SharedList<Resource>,
): readonly SharedList<Resource>[] {
  if (type.nackScope === undefined || resources.length < 2 || view.overrides.size === 0) return [resources]
  const isNacked = ({ name }: Resource) => view.overrides.get(name)?.kind === 'unconfirmed'
  return resources.some(isNacked) ? resources.map((resource) => shareList([resource])) : [resources]
}
