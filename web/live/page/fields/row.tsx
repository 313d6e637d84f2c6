// One value: its name and what it means on the left, the control on the right.

import { Control } from './control.tsx'
import { asSentence, type FieldProps, fieldId } from './editing.ts'

export function Row(props: FieldProps) {
  const { editing, path, name, schema, value } = props
  const problem = editing.problemAt(path)
  return (
    <div class={editing.isEdited(path) ? 'field edited' : 'field'}>
      <div class="field-name">
        <label id={fieldId(path, 'label')} for={fieldId(path)}>
          {name}
        </label>
        {value !== undefined && schema.default !== undefined && editing.isAllowed && (
          <button type="button" class="plain reset" onClick={() => editing.set(path, undefined)}>
            reset<span class="unseen"> {name} to its default</span>
          </button>
        )}
      </div>
      <div class="field-control">
        <Control {...props} />
      </div>
      <p class="field-hint quiet" id={fieldId(path, 'hint')}>
        {asSentence(schema.description)}
      </p>
      {problem !== undefined && (
        <p class="field-problem bad" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}
