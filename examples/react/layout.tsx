// Next, app router: app/layout.tsx. The script waits for hydration by itself; plain numbers in pages need no component.
import Script from "next/script"
import type { ReactNode } from "react"

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        {children}
        <Script src="https://HOST/dni.js" data-site="SITE_ID" strategy="afterInteractive" />
      </body>
    </html>
  )
}
