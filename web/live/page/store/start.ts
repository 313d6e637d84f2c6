// Starts the page: session, events, and what is read by REST before and beside them.

import { type Action, EVENT_NAMES } from './actions.ts'
import { setServerClock } from './clock.ts'
import type { EventData, EventName, Traffic } from './contract.ts'
import { onceMore } from './once-more.ts'
import { store } from './page-store.ts'
import { rest } from './rest.ts'
import { openSession } from './session.ts'
import { type JsonObject, nodeKey } from './state.ts'

/** After an answer that ends the stream. A stream that merely breaks is reopened by the browser. */
const RETRY_MS = 1_500
/** Revisions of the list at the start; more are read by the view that shows them. */
const REVISIONS = 100
/** How many of them are read with their lanes. */
const FLIPS = 8

/** Between two readings of the status. */
const STATUS_PAUSE_MS = 1_000

let source: EventSource | undefined

/** Call it once, and again by `restart` after signing in. */
export function start(): void {
  void open()
  // A link that is opened in a tab with this page changes nothing but the fragment.
  addEventListener('hashchange', () => {
    if (location.hash.startsWith('#login=')) restart()
  })
}

function restart(): void {
  source?.close()
  void open()
}

async function open(): Promise<void> {
  setLink('connecting')
  const isSignedIn = await openSession().catch(() => undefined)
  if (isSignedIn === undefined) retry()
  if (isSignedIn) follow()
}

function retry(): void {
  setLink('lost')
  setTimeout(() => void open(), RETRY_MS)
}

function follow(): void {
  source = new EventSource('/v1/events')
  const opened = source
  for (const name of EVENT_NAMES) {
    opened.addEventListener(name, ({ data }: MessageEvent<string>) => receive(name, JSON.parse(data)))
  }
  opened.onerror = () => {
    setLink('lost')
    // The browser reopens it unless the answer was an error: then the session may be gone.
    if (opened.readyState === EventSource.CLOSED) retry()
  }
}

function receive(name: EventName, value: unknown): void {
  const nodes = nodesOf(name, value)
  const isNew = !nodes.every(isKnown)
  changed?.push(...nodes)
  store.dispatch({ type: name, value } as Action)
  if (name === 'hello') {
    setServerClock((value as EventData['hello']).now)
    setLink('live')
    if (!(value as EventData['hello']).resumed) void readAll()
  }
  if (name === 'revision') void readConfig()
  if (name === 'revision' || isNew) void readStatus().catch(() => undefined)
}

/** Each part by itself: where one is missing, the page shows the others. */
async function readAll(): Promise<void> {
  await Promise.allSettled([
    readStatus(),
    readConfig(),
    readRevisions(),
    read<Traffic>('/v1/traffic').then((value) => value && store.dispatch({ type: 'trafficRead', value })),
    rest.getTestbedLoad().then(
      (value) => store.dispatch({ type: 'testbed', value }),
      () => store.dispatch({ type: 'noTestbed', value: null }),
    ),
  ])
}

async function readRevisions(): Promise<void> {
  const { revisions } = await rest.listRevisions({ limit: REVISIONS })
  store.dispatch({ type: 'revisions', value: revisions })
  // Those from before the control plane started are gone.
  for (const { revision } of revisions.slice(0, FLIPS)) {
    const value = await rest.getProgress(revision).catch(() => undefined)
    if (value === undefined) return
    store.dispatch({ type: 'flip', value })
  }
}

const readConfig = onceMore(async () => {
  const { config, etag } = await rest.getConfig()
  store.dispatch({ type: 'config', value: { document: config as JsonObject, etag } })
})

/** Nodes that change while the status is read. */
let changed: EventData['node'][] | undefined

/** With a thousand nodes it has a megabyte, so a crowd that joins is not read node by node. */
const readStatus = onceMore(
  async () => {
    const during: EventData['node'][] = []
    changed = during
    try {
      const value = await rest.getStatus()
      store.dispatch({ type: 'status', value })
      // The status may be older than these events; what is newer than they are has events that follow.
      if (during.length > 0) store.dispatch({ type: 'nodes', value: during })
    } finally {
      changed = undefined
    }
  },
  () => new Promise((resolve) => setTimeout(resolve, STATUS_PAUSE_MS)),
)

function nodesOf(name: EventName, value: unknown): readonly EventData['node'][] {
  if (name === 'nodes') return value as EventData['nodes']
  return name === 'node' ? [value as EventData['node']] : []
}

/** Events say what nodes have. What they are, and where a NACK is in the document, is in the status only. */
function isKnown({ id, fleet }: EventData['node']): boolean {
  return store.get().nodes.has(nodeKey({ id, fleet }))
}

/** Undefined for an answer that is an error, such as 404 where there is no testbed. */
async function read<T>(path: string): Promise<T | undefined> {
  const answer = await fetch(path)
  return answer.ok ? ((await answer.json()) as T) : undefined
}

function setLink(state: 'connecting' | 'live' | 'lost'): void {
  if (store.get().link.state !== state) {
    store.dispatch({ type: 'link', value: { state, since: Date.now() } })
  }
}
