// The status of a revision as a mark.

import type { RevisionStatus } from '../../../../../api/revision-status.ts'

const MARKS: Readonly<Record<RevisionStatus, readonly [look: string, meaning: string]>> = {
  pending: ['warn', 'Nodes have not ACKed it yet.'],
  unverified: ['', 'No node is connected that could ACK it.'],
  accepted: ['good', 'Every node has ACKed it.'],
  rejected: ['bad', 'A node NACKed it, and it stays in force.'],
  rolled_back: ['bad', 'A node NACKed it, and the last accepted document is in force again.'],
  superseded: ['', 'A newer revision was written before the verdict.'],
}

export function RevisionMark({ status }: { readonly status: RevisionStatus }) {
  const [look, meaning] = MARKS[status]
  return (
    <span class={`revision-mark ${look}`} title={meaning}>
      {status.replace('_', ' ')}
    </span>
  )
}
