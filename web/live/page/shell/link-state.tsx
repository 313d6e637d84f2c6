// Whether the page is live: a word and a dot, and a banner while the control plane does not answer.

import { useStore } from '../store/page-store.ts'

const WORDS = { connecting: 'connecting', live: 'live', lost: 'reconnecting' } as const

export function LinkState() {
  const { state } = useStore((state) => state.link)
  const revision = useStore((state) => state.status?.revision.revision)
  return (
    <span class={`link-state ${state}`} role="status">
      <i aria-hidden="true" />
      {WORDS[state]}
      {revision !== undefined && state === 'live' && <span class="quiet"> · revision {revision}</span>}
    </span>
  )
}

/** Says what a lost connection means: the Envoys go on without the control plane. */
export function LostBanner() {
  const { state, since } = useStore((state) => state.link)
  if (state !== 'lost') return null
  return (
    <p class="banner warn" role="status">
      <b>The control plane does not answer</b> since {new Date(since).toLocaleTimeString()}. The Envoys go on
      with what they have; this page shows the last state and reconnects by itself.
    </p>
  )
}
