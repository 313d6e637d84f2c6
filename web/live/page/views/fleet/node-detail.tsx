// One node: what it is, what each type of it has, why it NACKed, and what it is served.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { TypeStatus } from '../../../../../api/schemas/node.ts'
import type { Status } from '../../../../../api/schemas/status.ts'
import { GRPC_STATUS_NAMES } from '../../../../../core/grpc-statuses.ts'
import { type Place, shortenPlaces } from '../../controls/places.ts'
import { ScrollText } from '../../controls/scroll-text.tsx'
import { StateMark } from '../../controls/state-mark.tsx'
import { Icon } from '../../shell/icon.tsx'
import { setParams } from '../../shell/route.ts'
import { rest } from '../../store/rest.ts'
import type { NodeView } from '../../store/state.ts'
import { nameOfType, sortTypes } from './resource-types.ts'
import { ServedConfig } from './served-config.tsx'

export function NodeDetail({ node: live }: { readonly node: NodeView }) {
  const { node, nacks } = useWholeNode(live)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  const types = sortTypes(Object.keys(node.types))
  return (
    <aside
      class="card node-detail"
      aria-label={`Node ${node.id}`}
      onKeyDown={({ key }) => key === 'Escape' && close(node.id)}
    >
      <header>
        <h2 tabIndex={-1} ref={heading}>
          {node.id}
        </h2>
        <button
          type="button"
          class="icon-button"
          aria-label={`Close node ${node.id}`}
          onClick={() => close(node.id)}
        >
          <Icon name="cross" />
        </button>
      </header>
      <p class="node-facts small">
        <StateMark state={node.state} />
        <span class="quiet">
          {node.client === undefined ? 'client unknown' : `${node.client.name} ${node.client.version ?? ''}`}
        </span>
        {node.pinned && <span class="tag">pinned to the last accepted revision</span>}
      </p>
      {types.map((typeUrl) => {
        const type = node.types[typeUrl]
        return type && <TypeRow key={typeUrl} typeUrl={typeUrl} type={type as TypeStatus} />
      })}
      {node.state === 'NACKED' && nacks.length > 0 && (
        <Places title="Where it is in the document" places={nacks} />
      )}
      {(node.lacks?.length ?? 0) > 0 && (
        <Places title="Settings that its client does not support" places={node.lacks ?? []} />
      )}
      <Streams node={node} />
      <ServedConfig node={node} />
    </aside>
  )
}

interface WholeNode {
  readonly node: NodeView
  /** Where in the document the resources are that it NACKs. */
  readonly nacks: readonly Place[]
}

/** Events have less than the status: names, streams and places are read when the node's state changes. */
function useWholeNode(live: NodeView): WholeNode {
  const [read, setRead] = useState<Status>()
  const facts = JSON.stringify([live.state, live.types, live.connected])
  useEffect(() => {
    const gone = new AbortController()
    rest
      .getStatus({ signal: gone.signal })
      .then(setRead)
      .catch(() => undefined)
    return () => gone.abort()
  }, [facts])
  const node = read?.nodes.find(({ id, fleet }) => id === live.id && fleet === live.fleet)
  if (read === undefined || node === undefined) return { node: live, nacks: [] }
  const { state, connected } = live
  const types = Object.entries(live.types).map(([typeUrl, type]) => [
    typeUrl,
    { ...node.types[typeUrl], ...type },
  ])
  const shown = Object.values(node.types).map(({ nack }) => nack?.message ?? '')
  const own = read.nacks.filter(({ message }) => message.startsWith(`${node.id} `))
  return {
    node: { ...node, state, connected, types: Object.fromEntries(types) },
    nacks: shortenPlaces(own, shown.join('\n')),
  }
}

function TypeRow({ typeUrl, type }: { readonly typeUrl: string; readonly type: TypeStatus }) {
  const { state, sentVersion, ackedVersion, nack, missing, names, wildcard } = type
  const { short, long } = nameOfType(typeUrl)
  return (
    <div class="type-row">
      <h3>
        {long} <span class="quiet">{short}</span>
      </h3>
      <StateMark state={state} />
      <p class="small">
        {ackedVersion === undefined ? (
          'nothing ACKed yet'
        ) : (
          <>
            ACKed <code>{ackedVersion}</code>
          </>
        )}
        {sentVersion !== undefined && sentVersion !== ackedVersion && (
          <>
            , sent <code>{sentVersion}</code>
          </>
        )}
        <span class="quiet">
          {names !== undefined &&
            ` · ${wildcard ? 'all resources' : `${names} ${names === 1 ? 'name' : 'names'}`}`}
        </span>
      </p>
      {nack !== undefined && (
        <div class="nack">
          <p class="small">
            <b>{state === 'SYNCED' ? 'NACKed before' : 'NACK'}</b> of version <code>{nack.version}</code>
            {(nack.names?.length ?? 0) > 0 && <> with {nack.names.join(', ')}</>}
          </p>
          <ScrollText label={`NACK of ${long}`} text={nack.message} />
        </div>
      )}
      {missing !== undefined && (
        <p class="small warn-text">
          Waits for {missing.count} that {missing.count === 1 ? 'is' : 'are'} not served:{' '}
          {missing.names.join(', ')}
          {missing.count > missing.names.length && ', …'}
        </p>
      )}
      {missing?.errors !== undefined && (
        <PlaceList
          places={missing.errors.map(({ name, code, message }) => ({
            path: name,
            message: `${GRPC_STATUS_NAMES[code] ?? code}, ${message}`,
          }))}
        />
      )}
    </div>
  )
}

interface PlacesProps {
  readonly title: string
  readonly places: readonly Place[]
}

function Places({ title, places }: PlacesProps) {
  return (
    <div class="type-row">
      <h3>{title}</h3>
      <PlaceList places={places} />
    </div>
  )
}

function PlaceList({ places }: Pick<PlacesProps, 'places'>) {
  return (
    <ul class="places">
      {places.map(({ path, message }) => (
        <li key={path + message}>
          <code>{path}</code> <span class="small">{message}</span>
        </li>
      ))}
    </ul>
  )
}

function Streams({ node }: { readonly node: NodeView }) {
  const streams = (node.streams ?? []).filter(({ replaced }) => !replaced)
  if (streams.length === 0) return null
  return (
    <p class="quiet small">
      {streams.map(({ id, protocol, aggregated, peer, openedAt }) => (
        <span key={id} class="stream">
          {aggregated ? 'ADS' : 'one type'}, {protocol === 'sotw' ? 'state of the world' : protocol}, from{' '}
          {peer}, since {new Date(openedAt).toLocaleTimeString()}
        </span>
      ))}
    </p>
  )
}

/** The focus goes back to the row from which the node was opened. */
function close(id: string): void {
  setParams({ node: undefined })
  for (const button of document.querySelectorAll<HTMLElement>('.node-button')) {
    if (button.textContent?.endsWith(id)) button.focus()
  }
}
