// Chooses how much time a view shows, which is in its address.

import { setParams } from '../shell/route.ts'

interface SpansProps {
  /** In minutes. */
  readonly spans: readonly number[]
  readonly minutes: number
}

export function Spans({ spans, minutes }: SpansProps) {
  return (
    <fieldset class="segments" aria-label="How much time">
      {spans.map((span) => (
        <label key={span} class={span === minutes ? 'chosen' : ''}>
          <input
            type="radio"
            class="unseen"
            name="minutes"
            checked={span === minutes}
            onChange={() => setParams({ minutes: String(span) })}
          />
          {span < 60 ? `${span} min` : `${span / 60} h`}
        </label>
      ))}
    </fieldset>
  )
}
