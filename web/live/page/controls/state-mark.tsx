// The state of a node or of a type on it: a sign and a color, and the word for screen readers or for all.

import type { NodeState } from '../../../../api/node-state.ts'

const SIGNS: Readonly<Record<NodeState, string>> = {
  SYNCED: '✓',
  STALE: '◔',
  NACKED: '✕',
  MISSING: '…',
  UNKNOWN: '?',
  NOT_SENT: '–',
  DISCONNECTED: '○',
}

/** What a state means, in a sentence. */
export const MEANING: Readonly<Record<NodeState, string>> = {
  SYNCED: 'It has ACKed the newest version.',
  STALE: 'The newest version was sent; it has not answered yet.',
  NACKED: 'It NACKed the newest version.',
  MISSING: 'It waits for resources that it is not served.',
  UNKNOWN: 'It NACKed this version or the one before; its next answer shows which.',
  NOT_SENT: 'Something is still to be sent, or it has not asked yet.',
  DISCONNECTED: 'It has no open xDS stream.',
}

export function stateClass(state: NodeState): string {
  return `state-${state.toLowerCase().replace('_', '-')}`
}

export function stateWord(state: NodeState): string {
  return state.replace('_', ' ')
}

export function StateMark({ state, silent }: { readonly state: NodeState; readonly silent?: boolean }) {
  return (
    <span class={`state-mark ${stateClass(state)}`} title={MEANING[state]}>
      <i aria-hidden="true">{SIGNS[state]}</i>
      <span class={silent ? 'unseen' : undefined}>{stateWord(state)}</span>
    </span>
  )
}
