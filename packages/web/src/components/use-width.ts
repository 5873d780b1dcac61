import { useEffect, useState, type RefObject } from 'react'

/** Inner width of an element, kept as it changes; 0 before it is known. */
export function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const target = box.current
    if (target === null) return undefined
    const measure = (): void => setWidth(target.clientWidth)
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(target)
    return () => watch.disconnect()
  }, [box])
  return width
}
