// Starts and stops the load of the testbed.

import { useState } from 'preact/hooks'
import { Icon } from '../../shell/icon.tsx'
import type { TestbedLoad, TestbedLoadSetting } from '../../store/contract.ts'
import { store, useStore } from '../../store/page-store.ts'
import { rest } from '../../store/rest.ts'

/** Undefined on success, or else what went wrong. */
export async function setLoad(setting: TestbedLoadSetting): Promise<string | undefined> {
  try {
    store.dispatch({ type: 'testbed', value: await rest.putTestbedLoad(setting) })
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

export function LoadButton({
  load,
  setting = load,
}: {
  readonly load: TestbedLoad
  readonly setting?: TestbedLoadSetting
}) {
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const isOperator = useStore(({ session }) => session.state === 'signedIn' && session.role === 'operator')
  const { connections, callsPerSecond } = setting
  const toggle = async () => {
    setBusy(true)
    setProblem(await setLoad({ running: !load.running, connections, callsPerSecond }))
    setBusy(false)
  }
  return (
    <>
      <button
        type="button"
        class={load.running ? 'button' : 'button main'}
        disabled={!isOperator || isBusy}
        onClick={() => void toggle()}
      >
        <Icon name={load.running ? 'stop' : 'play'} />
        {load.running ? 'Stop the load' : 'Start the load'}
      </button>
      {problem !== undefined && (
        <p class="small bad" role="alert">
          {problem}
        </p>
      )}
    </>
  )
}
