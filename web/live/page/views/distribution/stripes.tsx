// Rows of stripes: what each proxy or connection sends to which backend, by the colors of the backends.

import type { ComponentChildren } from 'preact'
import { formatCount, formatShare } from '../../format/figures.ts'
import type { Json } from '../../store/state.ts'
import { type Backend, backendsOf, barsOf, type Row } from './bars.ts'

export interface Stripe {
  readonly key: string
  /** Its whole name, which the pointer shows. */
  readonly title: string
  /** What its row shows. Default: `title`. */
  readonly name?: ComponentChildren
  readonly rows: readonly Row[]
}

export interface StripesProps {
  readonly document: Json | undefined
  readonly stripes: readonly Stripe[]
  readonly unit: string
}

export function Stripes({ document, stripes, unit }: StripesProps) {
  const upstreams = new Set(stripes.flatMap(({ rows }) => rows.map(({ upstream }) => upstream)))
  const backends = [...upstreams].flatMap((upstream) => backendsOf(document, upstream))
  return (
    <>
      <Legend backends={backends} />
      <ul class="stripes">
        {stripes.map(({ key, title, name = title, rows }) => (
          <li key={key} class="bar-row">
            <span class="bar-name" title={title}>
              {name}
            </span>
            <StripeOf document={document} rows={rows} unit={unit} />
          </li>
        ))}
      </ul>
    </>
  )
}

function StripeOf({
  document,
  rows,
  unit,
}: {
  readonly document: Json | undefined
  readonly rows: readonly Row[]
  readonly unit: string
}) {
  const bars = barsOf(document, [], rows, unit).flatMap((group) =>
    group.bars.filter(({ calls }) => calls > 0),
  )
  const calls = bars.reduce((sum, bar) => sum + bar.calls, 0)
  const errors = bars.reduce((sum, bar) => sum + bar.errors, 0)
  const words = bars.map((bar) => `${bar.name} ${formatShare(bar.calls / calls)}`).join(', ')
  return (
    <>
      <span class="stripe" title={words}>
        {bars.map((bar) => (
          <i key={bar.name} class={`b${bar.color}`} style={{ flexGrow: bar.calls }} aria-hidden="true" />
        ))}
        <span class="unseen">{words}</span>
      </span>
      <span class="bar-figure">
        <span class="quiet small">
          {formatCount(calls, unit)}
          {errors > 0 && <span class="bad"> · {errors} failed</span>}
        </span>
      </span>
    </>
  )
}

function Legend({ backends }: { readonly backends: readonly Backend[] }) {
  return (
    <p class="legend small" aria-hidden="true">
      {backends.slice(0, 16).map(({ name, color }) => (
        <span key={name}>
          <i class={`swatch b${color}`} /> {name}
        </span>
      ))}
    </p>
  )
}
