// The control of a single value: which one follows from its schema.

import { describeValue } from '../document/json-patch.ts'
import { constantOf } from '../document/schema.ts'
import { type FieldProps, fieldId } from './editing.ts'
import { ListField, NumberField, TextField } from './inputs.tsx'
import { JsonField } from './json-field.tsx'
import { Segments, Toggle } from './switches.tsx'

export function Control(props: FieldProps) {
  const { editing, path, schema, value } = props
  const constant = constantOf(schema)
  if (constant !== undefined) return <code>{describeValue(constant)}</code>
  if (schema.enum !== undefined) {
    return (
      <Segments
        id={fieldId(path)}
        values={schema.enum.map(String)}
        chosen={String(value ?? schema.default ?? '')}
        isDisabled={!editing.isAllowed}
        onChoose={(chosen) =>
          editing.set(
            path,
            schema.enum?.find((one) => String(one) === chosen),
          )
        }
      />
    )
  }
  if (schema.type === 'boolean') {
    return (
      <Toggle
        id={fieldId(path)}
        labelledBy={fieldId(path, 'label')}
        isOn={(value ?? schema.default) === true}
        isDisabled={!editing.isAllowed}
        onChange={(isOn) => editing.set(path, isOn)}
      />
    )
  }
  if (schema.type === 'integer' || schema.type === 'number') return <NumberField {...props} />
  if (schema.type === 'string') return <TextField {...props} />
  const isList =
    schema.type === 'array' && (schema.items?.type === 'string' || schema.items?.enum !== undefined)
  if (isList && (value === undefined || Array.isArray(value))) return <ListField {...props} />
  return <JsonField {...props} />
}
