// Revisions and nodes as REST shows them.

import type { NodeStatus } from '../../api/schemas/node.ts'
import type { Revision } from '../../api/schemas/revision.ts'
import type { NodeStatus as XdsNodeStatus } from '../../xds-server/nodes/status.ts'
import type { RevisionInfo } from '../store/revision.ts'

export function toRevisionJson({ number, detail, ...rest }: RevisionInfo): Revision {
  return { revision: number, ...rest, ...(detail && { reason: detail.message, problems: detail.problems }) }
}

/** A node group of the library is a fleet of the control plane. */
export function toNodeJson({ group, ...rest }: XdsNodeStatus): NodeStatus {
  return { ...rest, fleet: group }
}
