// A value of any shape, as JSON: for what no other control fits.

import { useState } from 'preact/hooks'
import type { Json } from '../store/state.ts'
import { type FieldProps, fieldId } from './editing.ts'

export function JsonField({ editing, path, schema, value }: FieldProps) {
  const [problem, setProblem] = useState<string>()
  const edit = (text: string) => {
    if (text.trim() === '') {
      setProblem(undefined)
      editing.set(path, undefined)
      return
    }
    try {
      editing.set(path, JSON.parse(text) as Json)
      setProblem(undefined)
    } catch (error) {
      setProblem(`Not JSON: ${(error as Error).message}`)
    }
  }
  const example = schema.default ?? schema.examples?.[0]
  return (
    <>
      <textarea
        id={fieldId(path)}
        rows={value === undefined ? 1 : 3}
        disabled={!editing.isAllowed}
        placeholder={example === undefined ? 'JSON' : JSON.stringify(example)}
        aria-describedby={fieldId(path, 'hint')}
        aria-invalid={problem !== undefined}
        spellcheck={false}
        onChange={({ currentTarget }) => edit(currentTarget.value)}
      >
        {value === undefined ? '' : JSON.stringify(value, undefined, 1)}
      </textarea>
      {problem !== undefined && (
        <p class="field-problem bad" role="alert">
          {problem}
        </p>
      )}
    </>
  )
}
