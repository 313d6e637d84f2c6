// Who gets the calls: a bar for each backend, now, and as a ghost before the last flip.

import { useMemo } from 'preact/hooks'
import { formatCount, formatShare } from '../../format/figures.ts'
import type { FlipProgress } from '../../store/contract.ts'
import { useStore } from '../../store/page-store.ts'
import { useShownFlip } from '../flip/shown-flip.ts'
import { type Bar, type Bars, barsOf } from './bars.ts'
import './distribution.css'
import type { Evenness } from './evenness.ts'
import { useOpenConnections } from './read-open.ts'
import { type FleetRows, rowsOf } from './rows.ts'

export function useFleetRows(fleet: string, flip: FlipProgress | undefined): FleetRows {
  useOpenConnections(fleet)
  const load = useStore((state) => state.load)
  const open = useStore((state) => state.open)
  const config = useStore((state) => state.config)
  return useMemo(() => rowsOf({ load, open, config }, fleet, flip), [load, open, config, fleet, flip])
}

export function DistributionCard({ fleet }: { readonly fleet: string }) {
  const flip = useShownFlip(fleet)
  const { unit, before, now, seconds } = useFleetRows(fleet, flip)
  const document = useStore((state) => state.config?.document)
  const groups = useMemo(() => barsOf(document, before, now, unit), [document, before, now, unit])
  return (
    <section class="card distribution" aria-label="Distribution">
      <header>
        <h2>Who gets the {unit}s</h2>
        {before.length > 0 && (
          <span class="legend quiet small">
            <i class="swatch now" aria-hidden="true" /> now
            <i class="swatch ghost" aria-hidden="true" /> before
          </span>
        )}
      </header>
      {groups.length === 0 ? (
        <p class="empty">
          {unit === 'call' ? 'No calls in the last seconds.' : 'No open connections.'} Start the load, or call
          the fleet, and the bars show here.
        </p>
      ) : (
        groups
          .slice(0, MOST_UPSTREAMS)
          .map((group) => (
            <UpstreamBars
              key={group.upstream}
              group={group}
              unit={unit}
              seconds={seconds}
              isAlone={groups.length === 1}
            />
          ))
      )}
      {groups.length > MOST_UPSTREAMS && (
        <p class="quiet small">and {groups.length - MOST_UPSTREAMS} upstreams with fewer</p>
      )}
    </section>
  )
}

interface UpstreamBarsProps {
  readonly group: Bars
  readonly unit: string
  readonly seconds: number
  readonly isAlone: boolean
}

/** The busiest: a fleet may have hundreds, each with hundreds of backends. */
const MOST_UPSTREAMS = 6
const MOST_BARS = 16

function UpstreamBars({ group, unit, seconds, isAlone }: UpstreamBarsProps) {
  const { upstream, bars, evenness, calls, errors } = group
  const busiest = bars.length > MOST_BARS ? bars.toSorted((a, b) => b.calls - a.calls) : bars
  const scale = Math.max(...bars.map(({ share, before = 0 }) => Math.max(share, before)), 0.01)
  return (
    <div class="upstream">
      <p class="evenness">
        {!isAlone && <b>{upstream}</b>}
        {calls === 0 && bars.some(({ before }) => before !== undefined) ? (
          <span class="evenness-words few">Waiting for {unit}s after the flip</span>
        ) : (
          <EvennessWords evenness={evenness} />
        )}
        {evenness.tone !== 'few' && (
          <span class="quiet small">
            {formatCount(calls, unit)}
            {seconds > 0 && ` in ${Math.round(seconds)} s`}
          </span>
        )}
        {errors > 0 && <b class="bad small">{errors.toLocaleString('en-US')} failed</b>}
      </p>
      <ul class="bars">
        {busiest.slice(0, MOST_BARS).map((bar) => (
          <BarRow key={bar.name} bar={bar} scale={scale} unit={unit} />
        ))}
      </ul>
      {bars.length > MOST_BARS && <p class="quiet small">and {bars.length - MOST_BARS} with fewer</p>}
    </div>
  )
}

export function EvennessWords({ evenness }: { readonly evenness: Evenness }) {
  const { tone, words, variation, noiseFloor } = evenness
  const figures = `coefficient of variation ${variation.toFixed(2)}; by chance alone ${noiseFloor.toFixed(2)}`
  return (
    <>
      <span class={`evenness-words ${tone}`}>{capitalized(words)}</span>
      {tone !== 'few' && (
        <span class="quiet small" title={figures}>
          CV {variation.toFixed(2)}, chance {noiseFloor.toFixed(2)}
        </span>
      )}
    </>
  )
}

function BarRow({ bar, scale, unit }: { readonly bar: Bar; readonly scale: number; readonly unit: string }) {
  const { name, address, color, share, before, calls, errors } = bar
  const width = (part: number) => ({ width: `${(part / scale) * 100}%` })
  return (
    <li class="bar-row">
      <span class="bar-name" title={address}>
        {name}
      </span>
      <span class="bar-track" aria-hidden="true">
        {before !== undefined && before > 0 && <i class="bar-ghost" style={width(before)} />}
        {calls > 0 && <i class={`bar-now b${color}`} style={width(share)} />}
      </span>
      <span class="bar-figure">
        <b>{formatShare(share)}</b>
        <span class="quiet small">
          {calls.toLocaleString('en-US')}
          <span class="unit"> {calls === 1 ? unit : `${unit}s`}</span>
          {errors > 0 && <span class="bad"> · {errors} failed</span>}
        </span>
        {before !== undefined && <span class="unseen">, before the flip {formatShare(before)}</span>}
      </span>
    </li>
  )
}

function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
