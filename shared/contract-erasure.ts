import * as z from "zod"
import { page, phone } from "./contract.js"

// The contract of being forgotten: on request, and by age.

const months = z.number().int().min(1).max(120).nullable()

/** After how many months without a sign of life somebody is no longer known; null: never. */
export const Retention = z.strictObject({
  /** Pages, taps, forms, click ids and identities of a visit; after that its visitor comes as a new one. */
  visits_months: months,
  /** Who called (once his last call is that old), recording, notes, digits. */
  calls_months: months,
  /** Name, number, address, form, notes of a lead that nothing happened to, and the person behind it. */
  leads_months: months,
})
export type Retention = z.infer<typeof Retention>

export const RetentionPatch = z.strictObject({
  visits_months: months.optional(),
  calls_months: months.optional(),
  leads_months: months.optional(),
})
export type RetentionPatch = z.infer<typeof RetentionPatch>

/** Whom to erase: one of them at least. */
export const ErasureRequest = z
  .strictObject({
    phone: phone.optional(),
    email: z.email().max(254).optional(),
    visitor: z
      .string()
      .max(64)
      .regex(/^vtr_[0-9A-Za-z]+$/, "must be an id that begins with vtr_")
      .optional(),
  })
  .refine(({ phone: number, email, visitor }) => number ?? email ?? visitor, "name a phone, an email or a visitor")
export type ErasureRequest = z.infer<typeof ErasureRequest>

/** What was erased, and when; of whom is not kept. */
export const ErasureAnswer = z.strictObject({
  id: z.string(),
  at: z.string(),
  people: z.number().int(),
  leads: z.number().int(),
  calls: z.number().int(),
  visits: z.number().int(),
  orders: z.number().int(),
})
export type ErasureAnswer = z.infer<typeof ErasureAnswer>

export const ErasuresQuery = z.strictObject(page)
export type ErasuresQuery = z.infer<typeof ErasuresQuery>
