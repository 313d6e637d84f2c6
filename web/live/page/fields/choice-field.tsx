// One of several variants, each with a sentence of its own, such as the load-balancing policies.

import { isObject } from '../document/json-patch.ts'
import { choiceOf, foreignFields } from '../document/schema.ts'
import { type FieldProps, fieldId } from './editing.ts'

export function ChoiceField({ editing, path, schema, value }: FieldProps) {
  const choice = choiceOf(schema, editing.kind)
  if (choice === undefined) return null
  const chosen = isObject(value) ? String(value[choice.field] ?? '') : ''
  const choose = (variant: string) => {
    for (const name of foreignFields(schema, value, variant)) editing.set([...path, name], undefined)
    editing.set([...path, choice.field], variant)
  }
  const group = fieldId([...path, choice.field])
  return (
    <fieldset class="choices" id={group} disabled={!editing.isAllowed}>
      <legend class="unseen">{choice.field}</legend>
      {[...choice.variants].map(([variant, { description }]) => (
        <label key={variant} class={variant === chosen ? 'choice chosen' : 'choice'}>
          <input
            type="radio"
            name={group}
            value={variant}
            checked={variant === chosen}
            onChange={() => choose(variant)}
          />
          <span class="choice-name">{variant.replaceAll('_', ' ')}</span>
          <span class="choice-hint quiet">{description}</span>
        </label>
      ))}
    </fieldset>
  )
}
