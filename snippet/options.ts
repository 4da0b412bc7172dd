export const { dataset: options, src } = document.currentScript as HTMLScriptElement

/** The id of the site, also the name under which the browser remembers the visitor. */
export const site = options.site as string
