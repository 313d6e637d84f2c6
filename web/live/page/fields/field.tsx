// A field of the document: a single value, a group of fields that opens, or entries by name.

import { useState } from 'preact/hooks'
import { describeValue, isObject } from '../document/json-patch.ts'
import { constantOf, fieldsOf, isSwitch } from '../document/schema.ts'
import { ChoiceField } from './choice-field.tsx'
import { asSentence, type FieldProps, fieldId } from './editing.ts'
import { Row } from './row.tsx'
import { Toggle } from './switches.tsx'

export function Field(props: FieldProps) {
  const { schema } = props
  if (schema.oneOf !== undefined || schema.properties !== undefined) return <ObjectField {...props} />
  const isMap = typeof schema.additionalProperties === 'object' && schema.type === 'object'
  return isMap ? <MapField {...props} /> : <Row {...props} />
}

/** A group: a line that says what is in effect, and opens. One with `enabled` has its toggle in the line. */
function ObjectField(props: FieldProps) {
  const { editing, path, name, schema, value } = props
  const [isOpen, setOpen] = useState(false)
  const withToggle = isSwitch(schema)
  const isOn = isObject(value)
    ? value.enabled === true
    : isObject(schema.default) && schema.default.enabled === true
  const problem = editing.problemAt(path)
  return (
    <div class={editing.isEdited(path) ? 'group edited' : 'group'}>
      <div class="group-line">
        <button
          type="button"
          class="group-name"
          aria-expanded={isOpen}
          aria-controls={fieldId(path, 'group')}
          title={asSentence(schema.description)}
          onClick={() => setOpen(!isOpen)}
        >
          <i aria-hidden="true" class="chevron" />
          <span id={fieldId(path, 'label')}>{name}</span>
          <span class="group-state quiet">{stateOf(props, withToggle)}</span>
        </button>
        {withToggle && (
          <Toggle
            id={fieldId([...path, 'enabled'])}
            labelledBy={fieldId(path, 'label')}
            isOn={isOn}
            isDisabled={!editing.isAllowed}
            onChange={(isOn) => editing.set([...path, 'enabled'], isOn)}
          />
        )}
      </div>
      {problem !== undefined && (
        <p class="field-problem bad" role="alert">
          {problem}
        </p>
      )}
      <div class="group-fields" id={fieldId(path, 'group')} hidden={!isOpen}>
        {isOpen && <Fields {...props} />}
      </div>
    </div>
  )
}

function Fields(props: FieldProps) {
  return (
    <>
      {props.schema.oneOf !== undefined && <ChoiceField {...props} />}
      <Options {...props} />
    </>
  )
}

/** The fields of an object, without the one that chooses a variant and the one that the toggle has. */
export function Options({ editing, path, schema, value }: FieldProps) {
  const withToggle = isSwitch(schema)
  return (
    <>
      {fieldsOf(schema, value, editing.kind)
        .filter(({ name, schema }) => !(withToggle && name === 'enabled') && constantOf(schema) === undefined)
        .map((field) => (
          <Field
            key={field.name}
            editing={editing}
            path={[...path, field.name]}
            name={field.name}
            schema={field.schema}
            value={isObject(value) ? value[field.name] : undefined}
          />
        ))}
    </>
  )
}

/** What is written there, in one line; the toggle says the rest. */
function stateOf({ value, schema }: FieldProps, withToggle: boolean): string {
  if (!isObject(value)) return schema.default === undefined && !withToggle ? 'not set' : 'default'
  const written = Object.entries(value).filter(([name]) => name !== 'enabled')
  return written.map(([name, one]) => (isObject(one) ? name : `${name} ${describeValue(one)}`)).join(' · ')
}

/** Entries by their names, such as listeners. Adding and removing entries is for the document as a whole. */
function MapField(props: FieldProps) {
  const { editing, path, name, schema, value } = props
  const entry = schema.additionalProperties
  if (typeof entry !== 'object') return <Row {...props} />
  const entries = isObject(value) ? Object.entries(value) : []
  if (entries.length === 0) return null
  return (
    <>
      {entries.map(([key, one]) => (
        <Field
          key={key}
          editing={editing}
          path={[...path, key]}
          name={`${name} · ${key}`}
          schema={entry}
          value={one}
        />
      ))}
    </>
  )
}
