// Controls of few positions: on or off, and one of several.

import { useRef } from 'preact/hooks'

export interface ToggleProps {
  readonly id: string
  readonly labelledBy: string
  readonly isOn: boolean
  readonly isDisabled: boolean
  readonly onChange: (isOn: boolean) => void
}

export function Toggle({ id, labelledBy, isOn, isDisabled, onChange }: ToggleProps) {
  return (
    <button
      type="button"
      role="switch"
      class="toggle"
      id={id}
      aria-checked={isOn}
      aria-labelledby={labelledBy}
      disabled={isDisabled}
      onClick={() => onChange(!isOn)}
    >
      <i aria-hidden="true" />
      <span aria-hidden="true">{isOn ? 'on' : 'off'}</span>
    </button>
  )
}

export interface SegmentsProps {
  readonly id: string
  readonly values: readonly string[]
  readonly chosen: string
  readonly isDisabled: boolean
  /** Of the group, if no label has the ID of the control. */
  readonly label?: string
  /** What to show for a value, if not itself. */
  readonly titles?: Readonly<Record<string, string>>
  readonly onChoose: (value: string) => void
}

/** More values than this are a list to open. */
const MOST_SEGMENTS = 4

export function Segments({ id, values, chosen, isDisabled, label, titles = {}, onChoose }: SegmentsProps) {
  const group = useRef<HTMLFieldSetElement>(null)
  if (values.length > MOST_SEGMENTS) {
    return (
      <select
        id={id}
        value={chosen}
        disabled={isDisabled}
        onChange={({ currentTarget }) => onChoose(currentTarget.value)}
      >
        {!values.includes(chosen) && <option value={chosen}>{chosen}</option>}
        {values.map((value) => (
          <option value={value}>{titles[value] ?? value}</option>
        ))}
      </select>
    )
  }
  return (
    <fieldset class="segments" id={id} ref={group} disabled={isDisabled} aria-label={label}>
      {values.map((value) => (
        <label class={value === chosen ? 'chosen' : ''}>
          <input
            type="radio"
            class="unseen"
            name={id}
            value={value}
            checked={value === chosen}
            onChange={() => onChoose(value)}
          />
          {titles[value] ?? value}
        </label>
      ))}
    </fieldset>
  )
}
