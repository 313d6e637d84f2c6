// The effective configuration of a node, as the control plane serves it, and how it differs from its fleet's.

import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Snapshot } from '../../../../../api/schemas/snapshot.ts'
import { ChangeList } from '../../controls/change-list.tsx'
import { ScrollText } from '../../controls/scroll-text.tsx'
import { rest } from '../../store/rest.ts'
import type { NodeView } from '../../store/state.ts'
import { compareServed, type ServedResource, type ServedType } from './compare-served.ts'

interface Read {
  readonly ofNode?: Snapshot
  readonly ofFleet?: Snapshot
  readonly problem?: string
}

/** More would make the page slow; the filter finds the rest. */
const SHOWN = 100

export function ServedConfig({ node }: { readonly node: NodeView }) {
  const [isOpen, setOpen] = useState(false)
  const [find, setFind] = useState('')
  const read = useSnapshots(node, isOpen)
  const types = useMemo(() => (read.ofNode ? compareServed(read.ofNode, read.ofFleet) : []), [read])
  const differing = types.reduce((sum, type) => sum + type.differing, 0)
  return (
    <details class="served" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Effective config</summary>
      {read.problem !== undefined && <p class="banner bad">{read.problem}</p>}
      {types.length > 0 && (
        <>
          <p class="small quiet">
            {differing === 0
              ? 'Exactly what the fleet is served.'
              : `${differing} ${differing === 1 ? 'resource differs' : 'resources differ'} from what the fleet is served.`}{' '}
            An ACK says that the node took it. <code>npx yard status --effective</code> also asks the node
            itself.
          </p>
          <input
            type="text"
            value={find}
            placeholder="Find a resource"
            aria-label="Find a resource"
            onInput={({ currentTarget }) => setFind(currentTarget.value)}
          />
          {types.map((type) => (
            <OneType key={type.typeUrl} type={type} find={find.trim().toLowerCase()} />
          ))}
        </>
      )}
    </details>
  )
}

/** Read when it is opened, and again when the node or its fleet gets other versions. */
function useSnapshots({ id, fleet, types, connected }: NodeView, isOpen: boolean): Read {
  const [read, setRead] = useState<Read>({})
  const versions = Object.values(types).map(
    ({ sentVersion, ackedVersion }) => `${sentVersion} ${ackedVersion}`,
  )
  const facts = versions.join('\n')
  useEffect(() => {
    if (!isOpen) return
    const gone = new AbortController()
    const { signal } = gone
    Promise.all([rest.getSnapshot(fleet, { node: id, signal }), rest.getSnapshot(fleet, { signal })])
      .then(([ofNode, ofFleet]) => setRead({ ofNode, ofFleet }))
      .catch((error: Error) => signal.aborted || setRead({ problem: error.message }))
    return () => gone.abort()
  }, [facts, isOpen, id, fleet, connected])
  return read
}

function OneType({ type, find }: { readonly type: ServedType; readonly find: string }) {
  const { title, version, resources, differing } = type
  const found = resources.filter(({ name }) => name.toLowerCase().includes(find))
  if (found.length === 0) return null
  return (
    <section class="served-type" aria-label={title}>
      <h3>
        {title}{' '}
        <span class="quiet">
          {resources.length} {version !== undefined && <code>{version}</code>}
        </span>
        {differing > 0 && <span class="tag warn">{differing} differ</span>}
      </h3>
      {found.slice(0, SHOWN).map((resource) => (
        <OneResource key={resource.name} resource={resource} />
      ))}
      {found.length > SHOWN && <p class="quiet small">and {found.length - SHOWN} more: find them by name</p>}
    </section>
  )
}

function OneResource({ resource: { name, content, changes } }: { readonly resource: ServedResource }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details class="resource" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <code>{name}</code>
        {content === undefined && <span class="tag warn">not served to this node</span>}
        {content !== undefined && changes.length > 0 && <span class="tag warn">differs</span>}
      </summary>
      {isOpen && (
        <>
          {changes.length > 0 && <ChangeList changes={changes} none="" />}
          {content !== undefined && (
            <ScrollText class="json" label={`${name} as JSON`} text={JSON.stringify(content, undefined, 2)} />
          )}
        </>
      )}
    </details>
  )
}
