// What of a scrolled element is in view, for lists that draw only that.

import type { RefObject } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'
import type { Viewport } from './windowed.ts'

const UNKNOWN: Viewport = { top: 0, height: 800 }

/** Renders again when the element is scrolled or changes its size: browsers tell of a scroll once a frame. */
export function useViewport(element: RefObject<HTMLElement | null>): Viewport {
  const [viewport, setViewport] = useState(UNKNOWN)
  useLayoutEffect(() => {
    const scroller = element.current
    if (scroller === null) return
    const read = () => {
      const next = { top: scroller.scrollTop, height: scroller.clientHeight }
      setViewport((before) => (before.top === next.top && before.height === next.height ? before : next))
    }
    const observer = new ResizeObserver(read)
    observer.observe(scroller)
    scroller.addEventListener('scroll', read, { passive: true })
    read()
    return () => {
      observer.disconnect()
      scroller.removeEventListener('scroll', read)
    }
  }, [element])
  return viewport
}
