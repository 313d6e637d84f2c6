// The frame of the page: header, navigation, and the view that the address names.

import { useEffect, useRef } from 'preact/hooks'
import { useStore } from '../store/page-store.ts'
import { VIEWS } from '../views.ts'
import { Header } from './header.tsx'
import { LostBanner } from './link-state.tsx'
import { Login } from './login.tsx'
import { useRoute } from './route.ts'

export function App() {
  const session = useStore((state) => state.session)
  if (session.state === 'signedOut') return <Login why={session.why} />
  return <Signed />
}

function Signed() {
  const { view: id } = useRoute()
  const view = VIEWS.find((one) => one.id === id) ?? VIEWS[0]
  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  useEffect(() => {
    document.title = `${view?.title} · Switchyard`
    // A screen reader goes on reading in the new view, but not before a person has chosen one.
    if (!isFirst.current) main.current?.focus({ preventScroll: true })
    isFirst.current = false
  }, [view])
  if (view === undefined) return null
  return (
    <>
      <button type="button" class="skip button" onClick={() => main.current?.focus()}>
        Skip to the view
      </button>
      <Header view={view} />
      <main id="main" ref={main} tabIndex={-1}>
        <LostBanner />
        <h1 class="unseen">{view.title}</h1>
        <view.component key={view.id} />
      </main>
    </>
  )
}
