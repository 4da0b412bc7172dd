import type { Child } from "hono/jsx"
import { type FlowFields, type Otherwise, type Texts, WEEKDAYS, WHISPER } from "../../../shared/contract-flow.js"
import { CHANNELS } from "../../../shared/source.js"
import type { Key } from "../language.js"
import type { Markup } from "../page.js"
import { Button, Faults, Field, faultOf, nameOf, Select } from "../parts.js"
import { entered, type View } from "../view.js"
import { DIGITS, HOUR_LINES, hourLines, type Section, writeTexts } from "./flow-entry.js"

/** Empty lines of hours to fill in, below those that are there. */
const EMPTY = 2
/** What a whisper fills in. */
const WHISPER_WORDS = "{source}, {channel}, {medium}, {campaign}, {number}"
/** What holds where a section is switched off, if more than nothing. */
const WITHOUT: Partial<Record<Section, Key>> = {
  forward: "flow.off_forward",
  unanswered: "flow.off_unanswered",
  hours: "flow.off_hours",
  after_hours: "flow.off_after_hours",
}

interface FlowProps {
  readonly view: View
  /** What is stored here, and not what holds. */
  readonly flow: FlowFields
}

/** The form of a flow, of the whole site or of one number; what is not switched on takes no place where CSS can tell. */
export function FlowForm({ view, flow, isNumber }: FlowProps & { readonly isNumber: boolean }): Markup {
  const { t } = view
  const section = (name: Section, children: Child) => (
    <SectionOf view={view} flow={flow} isNumber={isNumber} name={name}>
      {children}
    </SectionOf>
  )
  // The server judges every field. A browser would refuse to send for a half-filled field of a folded section, and show nothing.
  return (
    <form method="post" action={view.path} class="sections" novalidate>
      {section("forward", <Forward view={view} flow={flow} />)}
      {section("unanswered", <OtherwiseFields view={view} path="unanswered" action={flow.unanswered} />)}
      {section("hours", <Hours view={view} flow={flow} />)}
      {section("after_hours", <OtherwiseFields view={view} path="after_hours" action={flow.after_hours} />)}
      {section("menu", <Menu view={view} flow={flow} />)}
      {section(
        "whisper",
        <Field
          view={view}
          name="whisper.text"
          label={t("flow.text")}
          rows={2}
          value={writeTexts(flow.whisper?.text)}
          hint={t("flow.whisper_hint", { words: WHISPER_WORDS, standard: WHISPER })}
        />,
      )}
      {section("record", <Recording view={view} flow={flow} />)}
      {section("voicemail", <Voicemail view={view} flow={flow} />)}
      {section(
        "blocklist",
        <Field
          view={view}
          name="blocklist"
          label={t("flow.blocklist")}
          rows={3}
          value={flow.blocklist?.join("\n")}
          placeholder="+1900*"
          hint={t("flow.blocklist_hint")}
        />,
      )}
      {section("screening", <Screening view={view} flow={flow} />)}
      {section("cap", <Cap view={view} flow={flow} />)}
      <div class="section">
        <h3>{t("flow.language")}</h3>
        <div>
          <Field
            view={view}
            name="language"
            label={t("flow.language_tag")}
            value={flow.language}
            placeholder="en"
            hint={t("flow.language_hint")}
          />
        </div>
      </div>
      <Button does="save">{t("form.save")}</Button>
    </form>
  )
}

/** A part of the flow that is switched on, off, or left as the site has it. */
function SectionOf({
  view,
  flow,
  isNumber,
  name,
  children,
}: FlowProps & { readonly isNumber: boolean; readonly name: Section; readonly children: Child }): Markup {
  const { t } = view
  const stored = flow[name] === undefined ? (isNumber ? "site" : "off") : flow[name] === null ? "off" : "on"
  const chosen = entered(view, `use_${name}`, stored)
  const choices = [
    ...(isNumber ? ([["site", t("flow.as_site")]] as const) : []),
    ["off", t(WITHOUT[name] ?? "flow.off")] as const,
    ["on", t("flow.on")] as const,
  ]
  // The list of blocked callers is a field of the same name, and leads to itself.
  const id = name === "blocklist" ? undefined : `f-${name}`
  return (
    <fieldset class="section" id={id} aria-labelledby={`s-${name}`}>
      <h3 id={`s-${name}`}>{t(`flow.${name}` as Key)}</h3>
      <div>
        <p class="row">
          {choices.map(([use, text]) => (
            <label class="choice">
              <input type="radio" name={`use_${name}`} value={use} checked={use === chosen} /> {text}
            </label>
          ))}
        </p>
        <div class="rest">{children}</div>
      </div>
    </fieldset>
  )
}

function Forward({ view, flow: { forward } }: FlowProps): Markup {
  const { t } = view
  return (
    <>
      <Field
        view={view}
        name="forward.to"
        label={t("flow.phones")}
        rows={2}
        value={forward?.to.join("\n")}
        hint={t("flow.phones_hint")}
      />
      <div class="columns">
        <Select
          view={view}
          name="forward.strategy"
          label={t("flow.strategy")}
          value={forward?.strategy}
          options={(["sequence", "simultaneous", "round_robin"] as const).map((name) => [name, t(`flow.${name}`)])}
        />
        <Seconds view={view} name="forward.timeout_s" value={forward?.timeout_s} placeholder="25" />
      </div>
    </>
  )
}

/** What is said to callers, in one language or several. */
function Words({
  view,
  name,
  label,
  texts,
  placeholder,
}: {
  view: View
  name: string
  label: string
  texts: Texts | undefined
  placeholder?: string
}): Markup {
  const hint = view.t("flow.texts_hint", { example: "[en] …" })
  return (
    <Field
      view={view}
      name={name}
      label={label}
      rows={2}
      value={writeTexts(texts)}
      {...(placeholder === undefined ? {} : { placeholder })}
      hint={hint}
    />
  )
}

/** How long telephones ring. */
function Seconds({
  view,
  name,
  value,
  placeholder,
}: {
  view: View
  name: string
  value: number | undefined
  placeholder?: string
}): Markup {
  return (
    <Field
      view={view}
      name={name}
      label={view.t("flow.timeout")}
      type="number"
      value={value}
      {...(placeholder === undefined ? {} : { placeholder })}
    />
  )
}

/** What becomes of a call that cannot go its usual way. */
function OtherwiseFields({
  view,
  path,
  action,
}: {
  view: View
  path: string
  action: Otherwise | null | undefined
}): Markup {
  const { t } = view
  const forwards = action?.do === "forward" ? action : undefined
  return (
    <div class="either">
      <Select
        view={view}
        name={`${path}.do`}
        label={t("flow.do")}
        value={action?.do}
        options={[
          ["voicemail", t("flow.voicemail_takes")],
          ["forward", t("flow.do_forward")],
          ["say", t("flow.do_say")],
          ["busy", t("flow.busy")],
        ]}
      />
      <div class="columns if-forward">
        <Field
          view={view}
          name={`${path}.to`}
          label={t("flow.phones")}
          rows={2}
          value={forwards?.to.join("\n")}
          hint={t("flow.phones_hint")}
        />
        <Seconds view={view} name={`${path}.timeout_s`} value={forwards?.timeout_s} />
      </div>
      <div class="if-say">
        <Words
          view={view}
          name={`${path}.text`}
          label={t("flow.text")}
          texts={action?.do === "say" ? action.text : undefined}
        />
      </div>
    </div>
  )
}

function Hours({ view, flow }: FlowProps): Markup {
  const { t, format, site } = view
  const lines = hourLines(view, flow)
  const count = Math.min(HOUR_LINES, lines.length + EMPTY)
  return (
    <>
      <p class="quiet">
        <small>{t("flow.hours_hint", { zone: site?.timezone ?? "" })}</small>
      </p>
      {Array.from({ length: count }, (_, index) => {
        const { days, from, to } = lines[index] ?? { days: [], from: "", to: "" }
        const path = `hours.open.${index}`
        return (
          <fieldset
            class="hours"
            aria-label={`${t("flow.hours")} ${format.number(index + 1)}`}
            aria-describedby={faultOf(view, path) === undefined ? undefined : `e-${path}`}
          >
            <p class="days">
              {WEEKDAYS.map((day, at) => (
                <label class="choice">
                  <input type="checkbox" name={`${path}.days`} value={day} checked={days.includes(day)} />{" "}
                  {format.weekday(at)}
                </label>
              ))}
            </p>
            <p class="row">
              {(
                [
                  ["from", from],
                  ["to", to],
                ] as const
              ).map(([name, value]) => (
                <label class="choice">
                  {t(`flow.${name}`)} <input type="time" name={`${path}.${name}`} value={value} />
                </label>
              ))}
            </p>
            <Faults view={view} name={path} />
          </fieldset>
        )
      })}
      <Faults view={view} name="hours.open" exactly />
      <Field
        view={view}
        name="hours.closed"
        label={t("flow.days_off")}
        rows={2}
        value={flow.hours?.closed.join("\n")}
        placeholder="2026-12-25"
        hint={t("flow.days_off_hint")}
      />
    </>
  )
}

function Menu({ view, flow: { menu } }: FlowProps): Markup {
  const { t } = view
  return (
    <>
      <Words
        view={view}
        name="menu.prompt"
        label={t("flow.prompt")}
        texts={menu?.prompt}
        placeholder={t("flow.prompt_example")}
      />
      <p class="quiet">
        <small>{t("flow.keys_hint")}</small>
      </p>
      <div class="scroll">
        <table class="entry">
          <thead>
            <tr>
              {(["flow.key", "dimension.channel", "dimension.source", "flow.key_to"] as const).map((key) => (
                <th scope="col">{t(key)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {DIGITS.map((digit) => (
              <MenuKey view={view} digit={digit} stored={menu?.keys[digit]} />
            ))}
          </tbody>
        </table>
      </div>
      <Faults view={view} name="menu.keys" exactly />
      <div class="columns">
        <Field
          view={view}
          name="menu.timeout_s"
          label={t("flow.menu_wait")}
          type="number"
          value={menu?.timeout_s}
          placeholder="6"
        />
        <Field
          view={view}
          name="menu.repeats"
          label={t("flow.menu_repeats")}
          type="number"
          value={menu?.repeats}
          placeholder="1"
        />
      </div>
    </>
  )
}

function MenuKey({
  view,
  digit,
  stored,
}: {
  view: View
  digit: string
  stored: NonNullable<FlowFields["menu"]>["keys"][string] | undefined
}): Markup {
  const { t, form } = view
  const path = `menu.keys.${digit}`
  const channel = entered(view, `${path}.source.channel`, stored?.source?.channel)
  const isSent = form.fields.use_menu !== undefined
  const describedBy = faultOf(view, path) === undefined ? undefined : `e-${path}`
  const text = (name: string, label: string, value: string | undefined) => (
    <input
      name={`${path}.${name}`}
      aria-label={`${label} ${digit}`}
      aria-invalid={faultOf(view, `${path}.${name}`) === undefined ? undefined : "true"}
      aria-describedby={describedBy}
      value={entered(view, `${path}.${name}`, value)}
    />
  )
  return (
    <>
      <tr>
        <td>
          <label class="choice">
            <input
              type="checkbox"
              name={path}
              value="1"
              checked={isSent ? form.fields[path] !== undefined : stored !== undefined}
            />{" "}
            {digit}
          </label>
        </td>
        <td>
          <select name={`${path}.source.channel`} aria-label={`${t("dimension.channel")} ${digit}`}>
            <option value="">–</option>
            {[...new Set([...(channel === "" ? [] : [channel]), ...CHANNELS])].map((name) => (
              <option value={name} selected={name === channel}>
                {nameOf(view, "channel", name)}
              </option>
            ))}
          </select>
        </td>
        <td>{text("source.source", t("dimension.source"), stored?.source?.source)}</td>
        <td>{text("to", t("flow.key_to"), stored?.to?.join(", "))}</td>
      </tr>
      {describedBy ? (
        <tr>
          <td colspan={4}>
            <Faults view={view} name={path} />
          </td>
        </tr>
      ) : null}
    </>
  )
}

function Recording({ view, flow: { record } }: FlowProps): Markup {
  const { t, form } = view
  const isSilent = form.fields.use_record === undefined ? record?.announcement === null : form.fields["record.silent"]
  return (
    <>
      <Words
        view={view}
        name="record.announcement"
        label={t("flow.announcement")}
        texts={record?.announcement ?? undefined}
        placeholder={t("flow.announcement_example")}
      />
      <label class="choice">
        <input type="checkbox" name="record.silent" value="1" checked={Boolean(isSilent)} /> {t("flow.record_silent")}
      </label>
    </>
  )
}

function Voicemail({ view, flow: { voicemail } }: FlowProps): Markup {
  const { t } = view
  return (
    <>
      <Words
        view={view}
        name="voicemail.greeting"
        label={t("flow.greeting")}
        texts={voicemail?.greeting}
        placeholder={t("flow.greeting_example")}
      />
      <Field
        view={view}
        name="voicemail.max_s"
        label={t("flow.voicemail_max")}
        type="number"
        value={voicemail?.max_s}
        placeholder="120"
      />
    </>
  )
}

function Screening({ view, flow: { screening } }: FlowProps): Markup {
  const { t } = view
  const figure = (name: string, label: Key, value: number | undefined) => (
    <Field view={view} name={`screening.${name}`} label={t(label)} type="number" value={value} />
  )
  // Where nothing is stored, what the contract begins with.
  const { repeats, zero_talk, ranges } = screening ?? {
    repeats: { calls: 6, minutes: 10 },
    zero_talk: { calls: 3, days: 7, talk_s: 3 },
    ranges: [],
  }
  return (
    <>
      <Select
        view={view}
        name="screening.do"
        label={t("flow.screening_do")}
        value={screening?.do}
        options={(["flag", "voicemail", "reject"] as const).map((name) => [name, t(`screening.${name}`)])}
      />
      <p class="quiet">
        <small>{t("flow.repeats_hint")}</small>
      </p>
      <div class="columns">
        {figure("repeats.calls", "flow.calls", repeats?.calls)}
        {figure("repeats.minutes", "flow.minutes", repeats?.minutes)}
      </div>
      <p class="quiet">
        <small>{t("flow.zero_talk_hint")}</small>
      </p>
      <div class="columns">
        {figure("zero_talk.calls", "flow.calls", zero_talk?.calls)}
        {figure("zero_talk.days", "flow.days", zero_talk?.days)}
        {figure("zero_talk.talk_s", "flow.talk_s", zero_talk?.talk_s)}
      </div>
      <Field
        view={view}
        name="screening.ranges"
        label={t("flow.ranges")}
        rows={2}
        value={ranges.join("\n")}
        placeholder="+1900"
      />
    </>
  )
}

function Cap({ view, flow: { cap } }: FlowProps): Markup {
  return (
    <>
      <Field view={view} name="cap.calls" label={view.t("flow.cap")} type="number" value={cap?.calls} />
      <OtherwiseFields view={view} path="cap.otherwise" action={cap?.otherwise ?? { do: "busy" }} />
    </>
  )
}
