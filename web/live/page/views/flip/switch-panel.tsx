// The switches of a fleet, and of the upstreams and routes that it uses, as controls made from the schema of the document.

import { useMemo, useState } from 'preact/hooks'
import { isObject, type Path, valueAt } from '../../document/json-patch.ts'
import { constantOf, fieldsOf, type Schema, schemaAt } from '../../document/schema.ts'
import { ChoiceField } from '../../fields/choice-field.tsx'
import type { Editing } from '../../fields/editing.ts'
import { Field, Options } from '../../fields/field.tsx'
import { Segments } from '../../fields/switches.tsx'
import type { ProblemDocument } from '../../store/contract.ts'
import type { Json } from '../../store/state.ts'
import type { Draft } from './draft.ts'

export interface SwitchPanelProps {
  readonly fleet: string
  readonly schema: Schema | undefined
  readonly draft: Draft
  readonly isAllowed: boolean
  readonly problems: ProblemDocument['problems']
}

/** What the words `l4` and `l7` mean. */
const MODES = { l4: 'L4 · each connection', l7: 'L7 · each call' }

export function SwitchPanel({ fleet, schema, draft, isAllowed, problems }: SwitchPanelProps) {
  const scopes = useMemo(() => scopesOf(draft.edited, fleet), [draft.edited, fleet])
  const [scope, setScope] = useState(`fleets.${fleet}`)
  const path = (scopes.find((one) => one.join('.') === scope) ?? scopes[0]) as Path
  const kind = valueAt(draft.edited, ['fleets', fleet, 'kind'])
  const editing: Editing = {
    kind: typeof kind === 'string' ? kind : undefined,
    isAllowed,
    set: draft.set,
    isEdited: (path) =>
      draft.changes.some((change) => isBelow(change.path, path) || isBelow(path, change.path)),
    problemAt: (path) => problems.find((problem) => problem.path === path.join('.'))?.message,
  }
  return (
    <section class="card switches" aria-label="Switches">
      <header>
        <h2>Switches</h2>
        <select
          aria-label="Whose switches"
          value={path.join('.')}
          onChange={({ currentTarget }) => setScope(currentTarget.value)}
        >
          {scopes.map((one) => (
            <option value={one.join('.')}>
              {one[0]?.replace(/s$/, '')} {one[1]}
            </option>
          ))}
        </select>
      </header>
      {schema === undefined ? (
        <p class="empty">Reading what can be switched …</p>
      ) : (
        <Scope key={path.join('.')} editing={editing} path={path} schema={schema} document={draft.edited} />
      )}
    </section>
  )
}

interface ScopeProps {
  readonly editing: Editing
  readonly path: Path
  readonly schema: Schema
  readonly document: Json
}

/** `lb` comes first and open: it is what a newcomer flips. */
function Scope({ editing, path, schema, document }: ScopeProps) {
  const here = schemaAt(schema, document, path)
  if (here === undefined) return null
  const value = valueAt(document, path)
  const isFleet = path[0] === 'fleets'
  const fields = fieldsOf(here, value, editing.kind)
  const lb = isFleet ? fields.find(({ name }) => name === 'lb') : undefined
  const shown = fields.filter(({ name, schema }) => name !== lb?.name && constantOf(schema) === undefined)
  return (
    <>
      {lb && (
        <LbSwitch
          editing={editing}
          path={[...path, 'lb']}
          schema={lb.schema}
          value={valueAt(value, ['lb'])}
        />
      )}
      <details class="more" open={!matchMedia('(width < 1000px)').matches}>
        <summary class="small">All switches</summary>
        <div class="groups">
          {shown.map(({ name, schema }) => (
            <Field
              key={name}
              editing={editing}
              path={[...path, name]}
              name={name}
              schema={schema}
              value={valueAt(value, [name])}
            />
          ))}
        </div>
      </details>
    </>
  )
}

interface LbProps {
  readonly editing: Editing
  readonly path: Path
  readonly schema: Schema
  readonly value: Json | undefined
}

function LbSwitch({ editing, path, schema, value }: LbProps) {
  const mode = schema.properties?.mode
  const { mode: _, ...properties } = schema.properties ?? {}
  const current = isObject(value) ? String(value.mode) : ''
  const policy = isObject(value) && typeof value.policy === 'string' ? value.policy : 'the policy'
  return (
    <div class="lb-switch">
      {mode?.enum !== undefined && (
        <Segments
          id="lb-mode"
          label="Balanced by"
          values={mode.enum.map(String)}
          titles={MODES}
          chosen={current}
          isDisabled={!editing.isAllowed}
          onChoose={(mode) => editing.set([...path, 'mode'], mode)}
        />
      )}
      <div class="lb-policy">
        <ChoiceField
          editing={editing}
          path={path}
          name="lb"
          schema={{ ...schema, properties }}
          value={value}
        />
        <details>
          <summary class="small">options of {policy.replaceAll('_', ' ')}</summary>
          <Options editing={editing} path={path} name="lb" schema={{ ...schema, properties }} value={value} />
        </details>
      </div>
    </div>
  )
}

/** The fleet, then what it refers to: upstreams and routes of the document. */
function scopesOf(document: Json, fleet: string): readonly Path[] {
  const namesOf = (room: string) => {
    const entries = valueAt(document, [room])
    return isObject(entries) ? Object.keys(entries).map((name) => [room, name]) : []
  }
  return [['fleets', fleet], ...namesOf('upstreams'), ...namesOf('routes')]
}

function isBelow(path: Path, above: Path): boolean {
  return above.every((name, index) => path[index] === name)
}
