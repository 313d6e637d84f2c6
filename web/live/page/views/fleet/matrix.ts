// The sync matrix: a row for each node, a column for each resource type, and what the cells add up to.

import type { NodeState } from '../../../../../api/node-state.ts'
import type { NodeStatus } from '../../../../../api/schemas/node.ts'
import { sortTypes } from './resource-types.ts'

export interface MatrixCell {
  readonly state: NodeState
  readonly sentVersion?: string
  readonly ackedVersion?: string
  readonly nack?: { readonly message: string }
}

/** What the matrix needs of a node: the status has it, and so have the events. */
export interface MatrixNode extends Pick<NodeStatus, 'id' | 'fleet' | 'connected' | 'state'> {
  readonly client?: NodeStatus['client']
  /** By type URL. */
  readonly types: Readonly<Record<string, MatrixCell>>
}

/** The worst first, as in the legend. */
export const STATES_BY_URGENCY: readonly NodeState[] = [
  'NACKED',
  'UNKNOWN',
  'MISSING',
  'STALE',
  'NOT_SENT',
  'DISCONNECTED',
  'SYNCED',
]

/** States that last until somebody does something. The others pass: rows that jump with them could not be read. */
const AT_TOP: readonly NodeState[] = ['NACKED', 'UNKNOWN', 'MISSING']

export interface MatrixFilter {
  /** Undefined: all fleets. */
  readonly fleet?: string | undefined
  /** Part of the node's ID or of its client's name; case does not count. */
  readonly text?: string
  /** Undefined: all states. */
  readonly state?: NodeState | undefined
}

export interface Matrix<Node extends MatrixNode = MatrixNode> {
  /** Type URLs, in push order. */
  readonly columns: readonly string[]
  /** What needs a person first; the others in the order in which they came. */
  readonly rows: readonly Node[]
  /** Nodes by state, before the filters of text and state. */
  readonly counts: Readonly<Record<NodeState, number>>
  /** Nodes of the fleet, or of all. */
  readonly total: number
}

/** @param nodes in the order of their names, as `createNodeOrder` gives them */
export function matrixOf<Node extends MatrixNode>(
  nodes: Iterable<Node>,
  { fleet, text = '', state }: MatrixFilter = {},
): Matrix<Node> {
  const ofFleet = [...nodes].filter((node) => fleet === undefined || node.fleet === fleet)
  const wanted = text.trim().toLowerCase()
  const rows = ofFleet.filter(
    (node) =>
      (state === undefined || node.state === state) &&
      (wanted === '' || `${node.id} ${node.client?.name ?? ''}`.toLowerCase().includes(wanted)),
  )
  return {
    columns: sortTypes(ofFleet.flatMap((node) => Object.keys(node.types))),
    rows: [...AT_TOP, undefined].flatMap((urgent) => rows.filter((node) => placeOf(node.state) === urgent)),
    counts: countStates(ofFleet),
    total: ofFleet.length,
  }
}

function placeOf(state: NodeState): NodeState | undefined {
  return AT_TOP.includes(state) ? state : undefined
}

export function countStates(nodes: Iterable<Pick<MatrixNode, 'state'>>): Record<NodeState, number> {
  const counts = Object.fromEntries(STATES_BY_URGENCY.map((state) => [state, 0])) as Record<NodeState, number>
  for (const { state } of nodes) counts[state] += 1
  return counts
}

/** How many connected nodes have ACKed each version of a type, the most frequent version first. */
export function versionsOf(nodes: Iterable<MatrixNode>, typeUrl: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { connected, types } of nodes) {
    const version = types[typeUrl]?.ackedVersion
    if (connected && version !== undefined) counts.set(version, (counts.get(version) ?? 0) + 1)
  }
  return new Map([...counts].sort(([, one], [, other]) => other - one))
}
