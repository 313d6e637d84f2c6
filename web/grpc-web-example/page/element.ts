// Finds an element of the page whose type is known.

/** @throws Error if the page has no such element, which is a mistake in its HTML */
export function element<T extends HTMLElement>(selector: string, type: abstract new () => T): T {
  const found = document.querySelector(selector)
  if (found instanceof type) return found
  throw new Error(`index.html: there is no ${type.name} at "${selector}"`)
}
