// The icons of the page, as strokes of the color of the text.

const PATHS = {
  switch: ['M3 17h18', 'M3 17c7 0 8-10 18-10'],
  system: ['M4 5h16v11H4z', 'M9 20h6', 'M12 16v4'],
  light: [
    'M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8',
    'M12 2v2',
    'M12 20v2',
    'M2 12h2',
    'M20 12h2',
    'M5 5l1.4 1.4',
    'M17.6 17.6l1.4 1.4',
    'M5 19l1.4-1.4',
    'M17.6 6.4l1.4-1.4',
  ],
  dark: ['M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z'],
  check: ['M5 12.5l4.5 4.5L19 7.5'],
  cross: ['M6 6l12 12', 'M18 6L6 18'],
  play: ['M8 5l11 7l-11 7z'],
  stop: ['M7 7h10v10H7z'],
  undo: ['M9 7L4 12l5 5', 'M4 12h10a6 6 0 0 1 6 6v1'],
  arrow: ['M5 12h14', 'M13 6l6 6l-6 6'],
} as const

export type IconName = keyof typeof PATHS

/** Only for the eye: what it stands beside or in has the words. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      {PATHS[name].map((path) => (
        <path d={path} />
      ))}
    </svg>
  )
}
