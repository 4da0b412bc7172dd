import { getTableColumns, is, Placeholder, type SQL, sql } from "drizzle-orm"
import type { BaseSQLiteDatabase, SQLiteTable } from "drizzle-orm/sqlite-core"
import type * as schema from "../schema/schema.js"

/** A database of drizzle's synchronous API: better-sqlite3 on Node, a Durable Object's storage on Workers. */
export type Db = BaseSQLiteDatabase<"sync", unknown, typeof schema>

/**
 * What every verb works on: the site's database, the moment of the request (ms, read once, never going back), and new
 * row ids. A verb is synchronous, so nothing comes between its statements.
 */
export interface Site {
  readonly db: Db
  readonly now: number
  newId(): number
  /**
   * What was read of the site since its configuration last changed or work was undone: the configuration, and rows that never
   * change. Absent where it may be changing.
   */
  readonly memory?: Map<string, unknown>
}

/** Reads a part of what is remembered, once as long as nobody changes the configuration: page views come by the thousand between. */
export function remember<T>(site: { readonly memory?: Map<string, unknown> }, part: string, read: () => T): T {
  const { memory } = site
  if (!memory) return read()
  if (!memory.has(part)) memory.set(part, read())
  return memory.get(part) as T
}

/** A result that is no promise: a transaction ends when its function returns, so a promise inside it would outlive it. */
export type Settled<T> = T extends PromiseLike<unknown> ? never : T

/**
 * Statements prepared once a database and kept: building and preparing a query takes drizzle about 240 µs, running a
 * prepared one about 12.
 */
export function prepareOnce<T>(prepare: (db: Db) => T): (site: { readonly db: Db }) => T {
  const known = new WeakMap<Db, T>()
  return ({ db }) => {
    let statements = known.get(db)
    if (statements === undefined) {
      statements = prepare(db)
      known.set(db, statements)
    }
    return statements
  }
}

/**
 * A placeholder whose value is bound as it is given. drizzle wraps the values of an insert in their columns' encoders and
 * looks each up again at every run, which takes longer than SQLite takes for the row.
 */
export function bound(name: string): SQL {
  return sql`${sql.placeholder(name)}`
}

/** A prepared write, as drizzle gives it. */
interface PreparedWrite {
  getQuery(): { params: unknown[] }
  run(): unknown
}

/**
 * Runs a prepared write whose placeholders are all `bound`, or stand outside the values of an insert. drizzle asks of each of
 * its parameters at every run what it is; here they are told apart once, and the values put in their places.
 */
export function runnerOf(write: PreparedWrite): (values: Readonly<Record<string, unknown>>) => void {
  const { params } = write.getQuery()
  const names = params.map((param) => (is(param, Placeholder) ? param.name : undefined))
  return (values) => {
    for (let place = 0; place < names.length; place++) {
      const name = names[place]
      if (name === undefined) continue
      if (values[name] === undefined) throw new Error(`no value for ${name}`)
      params[place] = values[name]
    }
    write.run()
  }
}

/** A placeholder for every column of a table, named as the column: the values of a prepared insert of whole rows. */
export function placeholdersOf<T extends SQLiteTable>(table: T): T["$inferInsert"] {
  return Object.fromEntries(Object.keys(getTableColumns(table)).map((name) => [name, sql.placeholder(name)]))
}

/** Every column set to the row that met a conflict: with `placeholdersOf`, an upsert of whole rows. */
export function excludedOf(table: SQLiteTable): Record<string, SQL> {
  return Object.fromEntries(
    Object.values(getTableColumns(table)).map(({ name }) => [name, sql`excluded.${sql.identifier(name)}`]),
  )
}
