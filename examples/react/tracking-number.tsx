"use client"

import { useEffect, useState } from "react"

interface Shown {
  number: string
  display: string
  href: string
}
interface Ringtrail {
  q?: [name: string, args: unknown[]][]
  number?(target?: string): Shown | undefined
  on?(name: string, listener: () => void): void
}
declare global {
  interface Window {
    ringtrail?: Ringtrail
  }
}

/**
 * The number to show for `target`: nothing on the server and in the first render, so that hydration agrees with the server's
 * text; the leased number as soon as there is one.
 */
export function useTrackingNumber(target: string): Shown | undefined {
  const [shown, setShown] = useState<Shown>()
  useEffect(() => {
    const read = () => setShown(window.ringtrail?.number?.(target))
    read()
    addEventListener("ringtrail:swap", read)
    return () => removeEventListener("ringtrail:swap", read)
  }, [target])
  return shown
}

/** A link that shows and dials the visitor's number; `children` is the page's own number as it should be written. */
export function TrackingNumber({
  target,
  children,
  ...rest
}: {
  target: string
  children: string
  className?: string
}) {
  const shown = useTrackingNumber(target)
  return (
    <a {...rest} href={shown?.href ?? `tel:${target}`} data-dni="off">
      {shown?.display ?? children}
    </a>
  )
}
