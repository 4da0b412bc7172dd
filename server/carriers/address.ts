/**
 * An address without its port, and with the one that its scheme stands for (or its own). Carriers are not consistent about
 * the port when they sign: twilio-node and its relatives say so of their own back ends.
 */
export function portForms(url: string): string[] {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*@)?(\[[^\]/?#]*\]|[^:/?#]*)(:[^/?#]*)?/i.exec(url)
  if (!parts) return [url]
  const [prefix, scheme = "", user = "", host = "", port = ""] = parts
  const rest = url.slice(prefix.length)
  const standard = scheme.toLowerCase() === "https" ? ":443" : ":80"
  return [`${scheme}://${user}${host}${rest}`, `${scheme}://${user}${host}${port || standard}${rest}`]
}
