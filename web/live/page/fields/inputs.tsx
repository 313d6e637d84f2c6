// Fields to type into. An edit counts when the field is left or Enter is pressed, so that half a word is no edit.

import { type FieldProps, fieldId } from './editing.ts'

/** What is in effect without a value, or else an example. */
function placeholderOf({ schema }: FieldProps): string {
  const shown = schema.default ?? schema.examples?.[0]
  if (shown === undefined) return ''
  const text = Array.isArray(shown) ? shown.join(', ') : String(shown)
  return schema.default === undefined ? `such as ${text}` : text
}

function commonOf(props: FieldProps) {
  const { path, editing } = props
  return {
    id: fieldId(path),
    disabled: !editing.isAllowed,
    placeholder: placeholderOf(props),
    'aria-describedby': fieldId(path, 'hint'),
  }
}

export function NumberField(props: FieldProps) {
  const { editing, path, schema, value } = props
  return (
    <input
      type="number"
      {...commonOf(props)}
      value={typeof value === 'number' ? value : ''}
      min={schema.minimum}
      max={schema.maximum}
      step={schema.type === 'integer' ? 1 : 'any'}
      onChange={({ currentTarget }) =>
        editing.set(path, currentTarget.value === '' ? undefined : Number(currentTarget.value))
      }
    />
  )
}

export function TextField(props: FieldProps) {
  const { editing, path, value } = props
  return (
    <input
      type="text"
      {...commonOf(props)}
      value={typeof value === 'string' ? value : ''}
      autocomplete="off"
      spellcheck={false}
      onChange={({ currentTarget }) => editing.set(path, currentTarget.value.trim() || undefined)}
    />
  )
}

/** A list of words, with commas between them. */
export function ListField(props: FieldProps) {
  const { editing, path, value } = props
  return (
    <input
      type="text"
      {...commonOf(props)}
      value={Array.isArray(value) ? value.join(', ') : ''}
      autocomplete="off"
      spellcheck={false}
      onChange={({ currentTarget }) => {
        const words = currentTarget.value.split(',').map((word) => word.trim())
        const list = words.filter((word) => word !== '')
        editing.set(path, list.length > 0 ? list : undefined)
      }}
    />
  )
}
