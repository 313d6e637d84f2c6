// Text as it came, such as an error of Envoy or JSON: long ones are scrolled, also by the keyboard.

interface ScrollTextProps {
  readonly label: string
  readonly text: string
  readonly class?: string
}

export function ScrollText({ label, text, class: look = '' }: ScrollTextProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard could not scroll it otherwise
    <section class={`scroll-text ${look}`} aria-label={label} tabIndex={0}>
      <pre>{text}</pre>
    </section>
  )
}
