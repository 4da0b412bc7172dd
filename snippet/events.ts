/** Tells site code: a DOM event `ringtrail:name` on the document. */
export const emit = (name: string, detail: unknown) =>
  document.dispatchEvent(new CustomEvent(`ringtrail:${name}`, { detail, bubbles: true }))

/** Calls `listener` whenever it happens. */
export const on = (name: string, listener: (detail: never) => void, options?: AddEventListenerOptions) =>
  addEventListener(`ringtrail:${name}`, (event) => listener((event as CustomEvent).detail as never), options)
