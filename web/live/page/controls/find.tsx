// Finds what has a text, which is in the address of the view.

import { setParams } from '../shell/route.ts'

export function Find({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <input
      type="text"
      value={text}
      placeholder={label}
      aria-label={label}
      onInput={({ currentTarget }) => setParams({ find: currentTarget.value || undefined })}
    />
  )
}
