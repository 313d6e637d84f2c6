// Revisions and nodes as REST shows them.

import type { NodeStatus } from '../../api/schemas/node.ts'
import type { Revision } from '../../api/schemas/revision.ts'
import type { Problem } from '../../core/errors.ts'
import type { NodeStatus as XdsNodeStatus } from '../../xds-server/nodes/status.ts'
import { lacksOf } from '../document/lacks.ts'
import type { Config } from '../document/model.ts'
import { toProblem } from '../document/problem.ts'
import type { RevisionInfo } from '../store/revision.ts'

export function toRevisionJson({ number, detail, ...rest }: RevisionInfo): Revision {
  return { revision: number, ...rest, ...(detail && { reason: detail.message, problems: detail.problems }) }
}

/** For the status: the same with what the clients lack. */
export function toNodesJson(nodes: readonly XdsNodeStatus[], config: Config): readonly NodeStatus[] {
  const known = new Map<string, readonly Problem[]>()
  return nodes.map((node) => {
    const json = toNodeJson(node)
    if (node.client === undefined) return json
    const key = JSON.stringify([node.group, node.client.name])
    const lacks = known.get(key) ?? lacksOf(config, node.group, node.client.name).map(toProblem)
    known.set(key, lacks)
    return lacks.length === 0 ? json : { ...json, lacks }
  })
}

/** A node group of the library is a fleet of the control plane. */
export function toNodeJson({ group, ...rest }: XdsNodeStatus): NodeStatus {
  return { ...rest, fleet: group }
}
