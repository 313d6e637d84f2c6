// Load: starts, stops and sizes the calls that the testbed makes.

import { useState } from 'preact/hooks'
import { MAX_LOAD_CALLS_PER_SECOND, MAX_LOAD_CONNECTIONS } from '../../../../../api/load-limits.ts'
import { formatAgo, formatCount } from '../../format/figures.ts'
import { useNow } from '../../shell/use-now.ts'
import type { TestbedLoad } from '../../store/contract.ts'
import { useStore } from '../../store/page-store.ts'
import { LoadButton, setLoad } from './load-button.tsx'
import './load.css'

export function LoadView() {
  const load = useStore((state) => state.testbed)
  if (load === undefined) return <p class="empty">Asking whether a testbed runs …</p>
  if (load === null) {
    return (
      <section class="card load" aria-label="Load">
        <h2>No testbed</h2>
        <p>
          This control plane was not started by a testbed, so there is no load of ours to start. Real calls
          show in all views. <code>npx yard up</code> and <code>npm start</code> start a testbed.
        </p>
      </section>
    )
  }
  return <LoadForm load={load} />
}

function LoadForm({ load }: { readonly load: TestbedLoad }) {
  const { running, calls, failed, since, fleet } = load
  const [edited, setEdited] = useState<Partial<TestbedLoad>>({})
  const [problem, setProblem] = useState<string>()
  const isOperator = useStore(({ session }) => session.state === 'signedIn' && session.role === 'operator')
  const now = useNow()
  const { connections, callsPerSecond } = { ...load, ...edited }
  const isChanged = connections !== load.connections || callsPerSecond !== load.callsPerSecond
  const apply = async () => {
    setProblem(await setLoad({ running, connections, callsPerSecond }))
    setEdited({})
  }
  return (
    <section class="card load" aria-label="Load">
      <header>
        <h2>Load of the testbed</h2>
        <span class="quiet small">real gRPC calls to the fleet {fleet}</span>
      </header>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void apply()
        }}
      >
        <Slider
          name="connections"
          hint="At L4 each of them stays with one backend."
          value={connections}
          max={MAX_LOAD_CONNECTIONS}
          isDisabled={!isOperator}
          onChange={(connections) => setEdited({ ...edited, connections })}
        />
        <Slider
          name="calls a second"
          hint="On all connections together."
          value={callsPerSecond}
          max={MAX_LOAD_CALLS_PER_SECOND}
          isDisabled={!isOperator}
          onChange={(callsPerSecond) => setEdited({ ...edited, callsPerSecond })}
        />
        <div class="load-end">
          <LoadButton load={load} setting={{ running, connections, callsPerSecond }} />
          {running && (
            <button type="submit" class="button" disabled={!isOperator || !isChanged}>
              Apply
            </button>
          )}
        </div>
        {problem !== undefined && (
          <p class="small bad" role="alert">
            {problem}
          </p>
        )}
      </form>
      <p class="load-total">
        {since === undefined ? (
          <span class="quiet">Not started yet.</span>
        ) : (
          <>
            <b>{formatCount(calls, 'call')}</b>{' '}
            {running ? 'since it was started' : 'until it was stopped; started'}{' '}
            {formatAgo(now - Date.parse(since))},{' '}
            {failed === 0 ? <span class="good">none failed</span> : <span class="bad">{failed} failed</span>}
          </>
        )}
      </p>
    </section>
  )
}

interface SliderProps {
  readonly name: string
  readonly hint: string
  readonly value: number
  readonly max: number
  readonly isDisabled: boolean
  readonly onChange: (value: number) => void
}

/** By powers, so that small values are as easy to choose as large ones. */
function Slider({ name, hint, value, max, isDisabled, onChange }: SliderProps) {
  const id = `load-${name.replaceAll(' ', '-')}`
  const steps = 100
  const position = Math.round((Math.log(value) / Math.log(max)) * steps)
  return (
    <div class="slider">
      <label for={id}>
        {name} <span class="quiet small">{hint}</span>
      </label>
      <input
        type="range"
        id={id}
        min={0}
        max={steps}
        value={position}
        aria-valuetext={String(value)}
        disabled={isDisabled}
        onInput={({ currentTarget }) => onChange(Math.round(max ** (Number(currentTarget.value) / steps)))}
      />
      <input
        type="number"
        aria-label={name}
        min={1}
        max={max}
        value={value}
        disabled={isDisabled}
        onChange={({ currentTarget }) =>
          onChange(Math.min(max, Math.max(1, Math.round(Number(currentTarget.value) || 1))))
        }
      />
    </div>
  )
}
