// Light or dark: as the system says, until a person chooses.

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'switchyard-theme'
const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' }

/** Storage may be forbidden; then the choice lasts as long as the page. */
export function restoreTheme(): void {
  try {
    applyTheme((localStorage.getItem(KEY) ?? 'system') as Theme)
  } catch {
    applyTheme('system')
  }
}

export function currentTheme(): Theme {
  return (document.documentElement.dataset.theme ?? 'system') as Theme
}

/** Charts draw colors into a canvas: they listen to this event of `document` and draw again. */
export const THEME_EVENT = 'switchyard-theme'

export function chooseNextTheme(): Theme {
  const theme = NEXT[currentTheme()]
  applyTheme(theme)
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // See above.
  }
  document.dispatchEvent(new Event(THEME_EVENT))
  return theme
}

function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}
