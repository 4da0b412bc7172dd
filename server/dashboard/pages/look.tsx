import { setBrand } from "../../core/site/brand.js"
import type { Directory } from "../../core/site/directory.js"
import { invalid } from "../../core/store/refusal.js"
import { Layout } from "../layout.js"
import type { Page } from "../page.js"
import { Button, Field, Panel } from "../parts.js"
import type { View } from "../view.js"

const NAME_LIMIT = 60
/** A logo travels with every page. */
const LOGO_BYTES = 16_384
const OWN_COLOUR = "#0b6478"

/** How the dashboard calls itself and looks: an agency shows its own name to its clients. */
export const lookPage: Page<Directory> = {
  path: "/look",
  role: "admin",
  show: (_directory, view) => {
    const { t, brand } = view
    return (
      <Layout view={view} title="look.title" place="look">
        <Panel>
          <p class="quiet">{t("look.hint")}</p>
          <form method="post" action="/app/look" enctype="multipart/form-data">
            <Field view={view} name="name" label={t("look.name")} value={brand.name} required />
            <Field view={view} name="colour" label={t("look.colour")} type="color" value={brand.colour || OWN_COLOUR} />
            <p class="field">
              <label for="f-logo">{t("look.logo")}</label>
              <input id="f-logo" name="logo" type="file" accept="image/png,image/jpeg,image/webp" />
              <small class="quiet">{t("look.logo_hint")}</small>
            </p>
            {brand.logo === "" ? null : (
              <label class="choice">
                <input type="checkbox" name="no_logo" value="1" /> {t("look.no_logo")}
              </label>
            )}
            <Button does="save">{t("form.save")}</Button>
          </form>
        </Panel>
      </Layout>
    )
  },
  actions: {
    save: {
      role: "admin",
      work: (directory, view) => {
        if (view.session?.site !== null) throw invalid("name", "is for the administrator of all sites")
        const { name = "", colour = "", no_logo } = view.form.fields
        if (name.trim() === "") throw invalid("name", "must not be empty")
        if (!/^#[0-9a-f]{6}$/i.test(colour)) throw invalid("colour", "must be a colour such as #0b6478")
        setBrand(directory, {
          name: name.trim().slice(0, NAME_LIMIT),
          colour: colour.toLowerCase() === OWN_COLOUR ? "" : colour.toLowerCase(),
          logo: no_logo ? "" : (readLogo(view) ?? view.brand.logo),
        })
        return "/app/look?done=1"
      },
    },
  },
}

/** A picture by its first bytes, whatever it says of itself; SVG is refused, because it can hold a program. */
function readLogo({ form }: View): string | undefined {
  const file = form.file("logo")
  if (!file) return undefined
  if (file.bytes.length > LOGO_BYTES) throw invalid("logo", `must have at most ${LOGO_BYTES / 1024} kB`)
  const start = String.fromCharCode(...file.bytes.subarray(0, 12))
  const type = start.startsWith("\x89PNG\r\n")
    ? "image/png"
    : start.startsWith("\xff\xd8\xff")
      ? "image/jpeg"
      : start.startsWith("RIFF") && start.endsWith("WEBP")
        ? "image/webp"
        : undefined
  if (!type) throw invalid("logo", "must be a PNG, JPEG or WebP picture")
  return `data:${type};base64,${btoa(Array.from(file.bytes, (byte) => String.fromCharCode(byte)).join(""))}`
}

/** The installation's colour as a style sheet, readable on light and on dark ground. */
export function brandStyle(colour: string): string {
  if (!/^[0-9a-f]{6}$/.test(colour)) return ""
  return `:root{--accent:light-dark(color-mix(in oklab,#${colour} 85%,#000),color-mix(in oklab,#${colour} 45%,#fff));--k0:var(--accent)}`
}
