// Shown without a session: how to get a link.

import { Icon } from './icon.tsx'

export function Login({ why }: { readonly why: string | undefined }) {
  return (
    <main class="login">
      <h1>
        <Icon name="switch" /> Switchyard
      </h1>
      {why !== undefined && (
        <p class="banner bad" role="alert">
          {why}
        </p>
      )}
      <p>
        To open this page, run this command where the control plane runs, and open the link that it prints:
      </p>
      <pre>
        <code>npx yard ui</code>
      </pre>
      <p class="quiet">
        A link works once, for five minutes. To let somebody watch but change nothing, make one with{' '}
        <code>npx yard ui --role viewer</code>.
      </p>
    </main>
  )
}
