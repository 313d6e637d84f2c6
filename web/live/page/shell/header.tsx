// The header: name, views, the fleet, the connection, who is signed in, and the theme.

import { useState } from 'preact/hooks'
import { useStore } from '../store/page-store.ts'
import { closeSession } from '../store/session.ts'
import { VIEWS, type View } from '../views.ts'
import { fleetsOf, useFleet } from './fleet.ts'
import { Icon } from './icon.tsx'
import { LinkState } from './link-state.tsx'
import { formatRoute, setParams, useRoute } from './route.ts'
import { chooseNextTheme, currentTheme } from './theme.ts'

export function Header({ view }: { readonly view: View }) {
  const { params } = useRoute()
  const fleet = params.get('fleet')
  return (
    <header class="top">
      <a class="brand" href={formatRoute('flip', { fleet })} aria-label="Switchyard, start">
        <Icon name="switch" />
        <span>Switchyard</span>
      </a>
      <nav aria-label="Views">
        {VIEWS.map(({ id, title }) => (
          <a href={formatRoute(id, { fleet })} aria-current={id === view.id ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <div class="top-end">
        {view.ofFleet && <FleetChoice />}
        <LinkState />
        <ThemeButton />
        <Who />
      </div>
    </header>
  )
}

function FleetChoice() {
  const fleet = useFleet()
  const fleets = useStore((state) => fleetsOf(state).join('\n')).split('\n')
  if (fleet === undefined) return null
  if (fleets.length < 2) {
    return (
      <span class="fleet-name">
        fleet <b>{fleet}</b>
      </span>
    )
  }
  return (
    <label class="fleet-name">
      fleet{' '}
      <select value={fleet} onChange={({ currentTarget }) => setParams({ fleet: currentTarget.value })}>
        {fleets.map((name) => (
          <option value={name}>{name}</option>
        ))}
      </select>
    </label>
  )
}

function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme())
  return (
    <button
      type="button"
      class="icon-button"
      title={`Theme: ${theme}`}
      aria-label={`Theme: ${theme}. Change it.`}
      onClick={() => setTheme(chooseNextTheme())}
    >
      <Icon name={theme} />
    </button>
  )
}

function Who() {
  const session = useStore((state) => state.session)
  // Without tokens there is nobody to sign out.
  if (session.state !== 'signedIn' || session.name === 'rest') return null
  return (
    <button
      type="button"
      class="who"
      title={`${session.name}, ${session.role}. Sign out.`}
      onClick={() => void closeSession()}
    >
      {session.name}
      <span class="quiet">{session.name !== session.role && ` ${session.role}`} · sign out</span>
    </button>
  )
}
